"""Tests, one folder for each layer. A package, so that a worker process of a test can import its tasks."""
