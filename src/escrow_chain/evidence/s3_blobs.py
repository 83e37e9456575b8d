"""Ciphertext in a bucket of S3, or of whatever speaks its protocol with conditional writes.

The bucket must refuse what `If-None-Match: *` forbids, and its user may list it: without `s3:ListBucket`, S3 says of
what is not there that it is forbidden.

Source: Amazon S3 User Guide, "How to prevent object overwrites with conditional writes".
"""

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_ATTEMPTS: Final = 5
_CONFLICT: Final = HTTPStatus.CONFLICT
_TAKEN: Final = HTTPStatus.PRECONDITION_FAILED


class S3Blobs:
    """Blobs as objects whose keys begin with `prefix`. Other errors are raised as botocore raises them."""

    def __init__(self, client: "S3Client", *, bucket: str, prefix: str = "evidence/") -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = prefix

    def put(self, name: bytes, content: bytes) -> bool:
        """See `Blobs`. After a lost answer, the retry finds the name taken by its own first try: False too.

        A conflict means that somebody else is just now writing or deleting there, and nothing has been decided yet.
        """
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                self._client.put_object(Bucket=self._bucket, Key=self._key(name), Body=content, IfNoneMatch="*")
            except ClientError as error:
                status = error.response["ResponseMetadata"]["HTTPStatusCode"]
                if status == _TAKEN:
                    return False
                if status != _CONFLICT or attempt == _ATTEMPTS:
                    raise
            else:
                break
        return True

    def get(self, name: bytes, *, max_bytes: int) -> bytes | None:
        """See `Blobs`."""
        try:
            found = self._client.get_object(Bucket=self._bucket, Key=self._key(name))
        except self._client.exceptions.NoSuchKey:
            return None
        try:
            # Asked for all of it, the body notices if the connection was cut.
            return found["Body"].read(max_bytes if found["ContentLength"] > max_bytes else None)
        finally:
            found["Body"].close()

    def delete(self, name: bytes) -> None:
        """See `Blobs`. A bucket with versions keeps the old one, which no key opens."""
        self._client.delete_object(Bucket=self._bucket, Key=self._key(name))

    def _key(self, name: bytes) -> str:
        return self._prefix + name.hex()
