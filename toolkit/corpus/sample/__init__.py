"""The sample generator: synthetic records in the raw shape of OpenAlex and ROR, with their truth."""

from toolkit.corpus.sample.generator import write_sample
from toolkit.corpus.sample.truth import SampleTruth, read_truth

__all__ = ["SampleTruth", "read_truth", "write_sample"]
