"""How is it said that a backup cannot be made, trusted or brought back? Chinese first, on one line."""


class BackupError(Exception):
    """A backup could not be made or restored; nothing that was there before has been changed."""


class DamagedBackupError(BackupError):
    """A backup is not what its manifest says; `faults` names every file that differs, each on a line."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("备份不完整或被改动 the backup is incomplete or altered:\n" + "\n".join(faults))
        self.faults = faults
