"""Named limits of the language, for every module that could be asked for too much. Messages name the constant."""

from __future__ import annotations

from typing import Final

MAX_DOCUMENT_BYTES: Final = 1_048_576  # 1 MiB
MAX_DEPTH: Final = 64  # nesting of arrays, objects, loops and conditions in a document or a value
MAX_EXPRESSION_CHARS: Final = 8_192
MAX_EXPRESSION_TOKENS: Final = 1_000
MAX_EXPRESSION_DEPTH: Final = 40  # brackets, and operators or filters in a row
MAX_BLOCK_DEPTH: Final = 12  # {% for %} and {% if %} inside one string
MAX_TEMPLATES: Final = 2_000  # expressions and texts with templates of one document
MAX_TEMPLATE_CHARS: Final = 262_144  # one string of a document
MAX_TEMPLATE_MARKS: Final = 1_000  # expressions and blocks of one string
MAX_TEMPLATE_TOKENS: Final = 4_000  # words and signs of all marks of one string
MAX_RANGE: Final = 10_000  # items of range()
MAX_OPERATIONS: Final = 100_000  # loop rounds, operators and look-ups in one evaluation
MAX_WORK_WITHOUT_REST: Final = 100_000  # operations of computed steps in a row; then a run rests, or Temporal takes its worker for hung
MAX_TEXT_CHARS: Final = 1_048_576  # a text made by a template
MAX_VALUE_ITEMS: Final = 200_000  # members of a value, all levels together
MAX_NUMBER_DIGITS: Final = 400  # digits of a number, exponent written out
MAX_PAYLOAD_BYTES: Final = 2_000_000  # Temporal refuses a payload above 2 MiB
