"""What can be wrong with a key, so that nothing is sealed or signed?"""


class KeyFileError(Exception):
    """The file of the signing key cannot be used; the message says why, without any of its content."""


class UnknownKeyError(KeyFileError):
    """The key at hand is not one that signs this record; a new one is first signed by the one before it."""

    def __init__(self, key: str, known: str) -> None:
        super().__init__(
            f"签名密钥 {key} 未经前一密钥 {known} 签认,请用 seal rotate。 "
            f"The key {key} is not signed by the one before it, {known}: use `seal rotate`."
        )
