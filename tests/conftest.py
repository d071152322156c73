"""What every test stands on: no settings from this machine, no handler cut off unseen, one server per test process."""

import os
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import hypothesis
import pytest
import pytest_asyncio
from temporalio.workflow import UnfinishedSignalHandlersWarning, UnfinishedUpdateHandlersWarning

from embedded import FOR_TESTS, EmbeddedServer

# The gate sees the same examples on every machine; `--hypothesis-profile explore` looks for new ones.
hypothesis.settings.register_profile("gate", derandomize=True, deadline=None)
hypothesis.settings.register_profile("explore", deadline=None, max_examples=1000)
hypothesis.settings.load_profile("gate")


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [one for one in os.environ if one.startswith(("DUBAN_", "TEMPORAL_"))]:
        monkeypatch.delenv(name)
    # Temporal's own profile file lies in the home directory.
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", os.devnull)


@pytest.fixture(autouse=True)
def handlers_finish_before_their_workflow() -> Iterator[None]:
    """Fail the test when a workflow ended with a handler still running.

    Raised as an error, the warning would only make the workflow task fail and be tried again for ever.
    """
    unfinished = (UnfinishedUpdateHandlersWarning, UnfinishedSignalHandlersWarning)
    with warnings.catch_warnings(record=True) as caught:
        for category in unfinished:
            warnings.simplefilter("always", category)
        yield
    cut_off = [str(one.message) for one in caught if issubclass(one.category, unfinished)]
    if cut_off:
        pytest.fail("\n".join(cut_off))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def temporal_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedServer]:
    """One embedded server for all tests of this process; use your own task queue and workflow ids."""
    directory: Path = tmp_path_factory.mktemp("temporal")
    async with EmbeddedServer(directory, synchronous="NORMAL", dynamic_config=FOR_TESTS) as server:
        yield server
