"""`attach=FILE` of a command: the file is handed in first, then the command names it by its hash."""

from pathlib import Path

from attachments.keeping import HandedIn, Keeping, TooLargeError
from attachments.scanning import FoundError, ScannerUnavailableError
from cli.instants import now
from cli.kept import in_words, organs, record
from cli.problems import ExitCode, Problem
from cli.remote import Site
from cli.voices import speaking
from policies import attaching
from policies.authority import Refused
from policies.relations import relations
from privacy.sealing import ErasedError
from record import targets
from settings import Settings

ATTACH = "attach"


def handed_in(chosen: Settings, there: Site | None, target: str, by: str, files: list[str]) -> list[str]:
    """The hashes of these files, handed in to the target through this post. Raises Problem."""
    read = [(Path(file).name, _content(Path(file))) for file in files]
    if there is not None:
        return [str(there.upload("/attachments", name, content, of=target)["hash"]) for name, content in read]
    with record(chosen) as store, in_words():
        post, voice = speaking(store, by, now())
        with store.reading() as session:
            state = targets.seen(session, target)
        if state is None or post is None:
            raise Problem(f"没有此项 no such target: {target}")
        if not attaching.may_hand_in(target, relations(post, state, organs(chosen))):
            raise Problem(f"{post}: 不能向此项提交附件 hands in no files here", ExitCode.REFUSED)
        keeping = Keeping.of(store, chosen)
        try:
            return [keeping.take(HandedIn(content, name, target, post, voice, now())).hash for name, content in read]
        except (TooLargeError, FoundError, ErasedError) as error:
            raise Problem(str(error), ExitCode.REFUSED) from error
        except Refused as error:
            raise Problem(error.reason, ExitCode.REFUSED) from error
        except (ScannerUnavailableError, OSError) as error:
            raise Problem(str(error), ExitCode.UNAVAILABLE) from error


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Problem(f"{file}: 无法读取 cannot be read: {error.strerror}") from error
