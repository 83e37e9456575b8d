"""Shows what the runs have seen."""

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, value in report.user_properties:
            if name == "census":
                terminalreporter.write_line(f"{report.nodeid}: {value}")
