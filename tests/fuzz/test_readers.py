"""A bounded look at what `python -m tests.fuzz --minutes N` looks at for longer."""

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.examining import Reader, examine
from tests.fuzz.readers import readers

EXAMPLES = {"xlsx": 12, "late": 12, ".csv": 25}


@pytest.mark.parametrize("reader", readers(), ids=lambda reader: reader.name)
def test_a_reader_takes_its_own_samples(reader: Reader) -> None:
    assert all(examine(reader, sample) for sample in reader.samples)


@pytest.mark.parametrize("reader", readers(), ids=lambda reader: reader.name)
def test_whatever_is_handed_in_comes_to_a_value_or_to_harmless_words(reader: Reader) -> None:
    @settings(max_examples=EXAMPLES.get(reader.name[-4:], 60), suppress_health_check=list(HealthCheck), database=None)
    @given(st.randoms(use_true_random=False))
    def look(random: Random) -> None:
        examine(reader, reader.mutated(random))

    look()
