"""What the figures of `bench.gas` are held against: the design's table, as values.

Peers were measured by the same method, at their own compiler settings.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mark:
    """For one operation: the gas allowed, the gas hoped for, what the cheapest peers take, and its floor.

    `floor` names another measurement of the same run, or is the least that calldata alone costs.
    """

    target: int | None = None
    moonshot: int | None = None
    peers: tuple[tuple[str, int], ...] = ()
    floor: str | int | None = None


MARKS = {
    "open_erc20": Mark(
        80_000,
        70_000,
        (
            ("Kleros v1", 80_847),
            ("Compact", 94_578),
            ("LocalCoinSwap", 96_268),
            ("1inch", 102_799),
            ("Commerce Payments", 143_294),
            ("Kleros v2", 165_789),
            ("SmartInvoice", 433_270),
        ),
        "erc20_transfer_from",
    ),
    "open_with_authorization": Mark(peers=(("Commerce Payments", 122_162),), floor="erc20_transfer_from"),
    "open_native": Mark(
        60_000, 50_000, (("LocalCoinSwap", 54_745), ("Kleros v1", 60_996), ("1inch", 67_436)), "native_send"
    ),
    "release_payer": Mark(
        50_000,
        42_000,
        (
            ("1inch", 40_009),
            ("LocalCoinSwap", 47_089),
            ("Kleros v2", 53_797),
            ("Kleros v1", 56_582),
            ("Commerce Payments", 57_895),
            ("SmartInvoice", 117_395),
        ),
        "erc20_transfer",
    ),
    "attest_release": Mark(
        57_000, 50_000, (("Circle (signed partial)", 116_691), ("EAS attest alone", 249_846)), "erc20_transfer"
    ),
    "attest_extra_signer": Mark(8_000, 5_000, (("set in calldata", 5_050), ("stored set", 7_900))),
    "refund_payee": Mark(
        50_000, 42_000, (("1inch", 38_981), ("LocalCoinSwap", 47_066), ("Kleros v2", 53_847)), "erc20_transfer"
    ),
    "dispute": Mark(56_000, 35_000, (("Midcontract", 36_528), ("SmartInvoice", 51_605), ("Unicrow", 89_179))),
    "rule": Mark(
        62_000,
        52_000,
        (("LocalCoinSwap", 61_830), ("SmartInvoice", 111_973), ("Unicrow", 160_268)),
        "erc20_transfer",
    ),
    "batch_open_50": Mark(7_000, 6_000, (("HUMAN", 58_167), ("Merit", 148_200), ("Sablier", 193_407)), 5_192),
    "batch_release_50": Mark(
        15_000,
        11_500,
        (("TSender", 9_609), ("disperse", 10_431), ("HUMAN", 15_004), ("Sablier", 51_278), ("Unicrow", 59_587)),
        "disperse_50",
    ),
}
"""By operation; per recipient for batches."""
