"""Do the tests themselves fail when they should?"""

import subprocess
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

CONFTEST = Path(__file__).with_name("conftest.py")


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    """An empty project with this project's settings and its conftest."""
    root = CONFTEST.parent.parent
    settings = (root / "pyproject.toml").read_text(encoding="utf-8")
    pytester.makepyprojecttoml(settings.replace('pythonpath = ["."]', f'pythonpath = [".", "{root}"]'))
    pytester.makeconftest(CONFTEST.read_text(encoding="utf-8"))
    return pytester


@pytest.mark.parametrize("kind", ["Update", "Signal"])
def test_a_handler_cut_off_at_its_workflows_end_fails_the_test(project: pytest.Pytester, kind: str) -> None:
    project.makepyfile(
        f"""
        import threading, warnings
        from temporalio.workflow import Unfinished{kind}HandlersWarning

        def test_workflow():
            thread = threading.Thread(target=warnings.warn, args=(Unfinished{kind}HandlersWarning("[TMPRL1102]"),))
            thread.start()
            thread.join()
        """
    )

    result = project.runpytest_subprocess("-p", "no:xdist", ".")

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*TMPRL1102*"])


def test_any_other_warning_fails_the_test(project: pytest.Pytester) -> None:
    project.makepyfile("import warnings\n\ndef test_old():\n    warnings.warn('old', DeprecationWarning)\n")

    project.runpytest_subprocess("-p", "no:xdist", ".").assert_outcomes(failed=1)


def test_settings_of_the_machine_do_not_reach_a_test(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUBAN_OFFICE", "别处")
    monkeypatch.setenv("TEMPORAL_ADDRESS", "192.0.2.1:7233")
    project.makepyfile(
        """
        import settings

        def test_settings():
            assert settings.load().office == "区政府督查室"
            assert settings.load_temporal().embedded
        """
    )

    project.runpytest_subprocess("-p", "no:xdist", ".").assert_outcomes(passed=1)


def test_what_holds_on_either_database_is_not_repeated_and_told_with_its_reason(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("number", range(3))
        @pytest.mark.either_database("timers")
        def test_timer(database_url, number):
            pass

        def test_record(database_url):
            pass

        @pytest.mark.either_database("timers")
        def test_without_a_record():
            pass
        """
    )

    everything = project.runpytest_subprocess("-p", "no:xdist", ".")
    again = project.runpytest_subprocess("-n", "2", "--database", "postgresql", ".")

    everything.assert_outcomes(passed=5)
    everything.stdout.no_fnmatch_line("*timers*")
    again.assert_outcomes(passed=1)
    again.stdout.fnmatch_lines(["*run on sqlite only*", "   3 timers"])


@pytest.mark.parametrize(("why", "asked"), [("", "database_url"), ("'timers'", "postgresql_url")])
def test_either_database_is_refused_without_a_reason_and_for_a_claim_about_postgresql(
    project: pytest.Pytester, why: str, asked: str
) -> None:
    project.makepyfile(f"import pytest\n\n@pytest.mark.either_database({why})\ndef test_one({asked}):\n    pass\n")

    assert project.runpytest_subprocess("-p", "no:xdist", ".").ret == pytest.ExitCode.USAGE_ERROR


def test_what_the_system_lacks_is_named_where_it_may_not_be_installed(tmp_path: Path) -> None:
    stranger = tmp_path / "id"
    stranger.write_text("#!/bin/sh\necho 1000\n")
    stranger.chmod(0o755)
    asked = [str(CONFTEST.parent.parent / ".ci" / "packages"), "chromium", "fonts-wqy-microhei"]

    said = subprocess.run(asked, env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, capture_output=True, text=True, check=False)

    assert said.returncode == 1
    assert "sudo apt-get install chromium fonts-wqy-microhei" in said.stderr
