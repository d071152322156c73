"""What has been recorded about a target, and has anybody touched it since?

Every act of a matter or a case is one entry of that target's chain: numbered from 1, hashed together with the hash
before it. Entries are never changed or removed (triggers); `verify` and `compare` find out when they were. engine.md 5.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import batched_pairs
from typing import Any

from sqlmodel import Session

from models.acts import Act
