"""Templates that try to stall a worker or to escape, for test_hostile_templates.py: each shape with several sizes."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from typing import Any

MEGABYTE = "x" * 1_000_000


def nested(depth: int) -> list[Any]:
    """A list in a list in a list..."""
    value: list[Any] = [1]
    for _ in range(depth):
        value = [value]
    return value


def doubled(times: int) -> list[Any]:
    """A list of 2**times leaves that takes little memory."""
    value: list[Any] = [0]
    for _ in range(times):
        value = [value, value]
    return value


#: What a tool might have answered.
DATA: dict[str, Any] = {
    "big": MEGABYTE,
    "huge": "z" * 10_000_000,
    "words": "ab " * 300_000,
    "lines": "a\n" * 400_000,
    "deep": nested(60),
    "double": doubled(16),
    "double_too": doubled(16),
    "numbers": list(range(150_000)),
    "rows": [{"a": number, "b": [number, number], "name": f"row {number}"} for number in range(20_000)],
    "texts": ["y" * 1_000] * 1_000,
    "object": {f"key_{number}": number for number in range(20_000)},
    "n": 5,
}

#: Shapes with a size; each is tried with several.
SIZED: dict[str, str] = {
    "range": "${range(SIZE)}",
    "loops in loops": "{% for a in range(SIZE) %}{% for b in range(SIZE) %}x{% endfor %}{% endfor %}",
    "three loops": "{% for a in range(SIZE) %}{% for b in range(SIZE) %}{% for c in range(SIZE) %}{{ a * b * c }}{% endfor %}{% endfor %}{% endfor %}",
    "range in a loop": "{% for a in range(SIZE) %}{% set x = range(10000) %}{% endfor %}",
    "slices in a loop": "{% for a in range(SIZE) %}{% set x = params.numbers[::2] %}{% endfor %}",
    "slices of text in a loop": "{% for a in range(SIZE) %}{% set x = params.huge[1:] %}{% endfor %}",
    "comparing long texts": "{% for a in range(SIZE) %}{% if params.huge[1:] < params.huge %}{% endif %}{% endfor %}",
    "repeated text": "${'x' * SIZE}",
    "repeated text squared": "${'x' * SIZE * SIZE}",
    "repeated list": "${[1] * SIZE}",
    "repeated list of a long text": "${[params.big] * SIZE}",
    "repeated list in a text": "x${[params.big] * SIZE}",
    "repeated deep list": "x${[params.deep] * SIZE}",
    "power": "${10 ** SIZE}",
    "power of power": "${9 ** SIZE ** SIZE}",
    "power of a decimal": "${1.0000001 ** SIZE}",
    "exponent": "${1eSIZE}",
    "negative exponent": "${1e-SIZE}",
    "exponent in a literal": "x${`1eSIZE`}",
    "number of a text": "${'1eSIZE' | number}",
    "center": "${'a' | center(SIZE)}",
    "centers": "${range(SIZE) | map('string') | map('center', 10000)}",
    "indent": "${params.lines | indent(SIZE)}",
    "wordwrap": "${params.words | wordwrap(SIZE)}",
    "truncate": "${params.huge | truncate(SIZE)}",
    "replace": "${params.big | replace('x', 'y' * SIZE)}",
    "replace nothing": "${params.big | replace('', 'y' * SIZE)}",
    "join": "${range(SIZE) | join('y' * 1000)}",
    "batch": "${params.numbers | batch(SIZE, params.big)}",
    "slice": "${[1] | slice(SIZE, params.big)}",
    "slices of slices": "{% for a in range(SIZE) %}{% set x = [1] | slice(10000) %}{% endfor %}",
    "format width": "${5:>SIZE}",
    "format precision": "${5:.SIZEf}",
    "round": "${1.5 | round(SIZE)}",
    "days": "${today + SIZE}",
    "months": "${today + SIZEmo}",
    "dates in a loop": "{% for a in range(SIZE) %}{{ today + a }}{{ now + 1h }}{% endfor %}",
    "missing in a loop": "{% for a in range(SIZE) %}{{ params.object['key' ~ a] | default('') }}{% endfor %}",
    "json in a loop": "{% for a in range(SIZE) %}{{ params.texts | json | length }}{% endfor %}",
    "in a list in a loop": "{% for a in range(SIZE) %}{{ a in params.numbers }}{% endfor %}",
    "equality of large values": "{% for a in range(SIZE) %}{{ params.double == params.double_too }}{% endfor %}",
    "order of large values": "{% for a in range(SIZE) %}{{ params.double < params.double_too }}{% endfor %}",
    "queries in a loop": "{% for a in range(SIZE) %}{{ [1] | jmespath('[' ~ a ~ ']') }}{% endfor %}",
    "objects in a loop": "{% for a in range(SIZE) %}{% set o = {'a': a, 'b': [a, a], 'c': a ~ a} %}{% endfor %}",
    "filter block in a loop": "{% for a in range(SIZE) %}{% filter upper %}{{ params.big }}{% endfilter %}{% endfor %}",
    "long literal text in a loop": "{% for a in range(SIZE) %}" + "x" * 1_000 + "{% endfor %}",
    "decimals in a loop": "{% for a in range(SIZE) %}{% set x = 1 / 7.123456789 ** 3.3 %}{% endfor %}",
}
SIZES = (501, 7_919, 10**9, 10**30)

#: Shapes that repeat a piece: (before, piece, middle, piece after, end).
REPEATED: dict[str, tuple[str, str, str, str, str]] = {
    "round brackets": ("${", "(", "1", ")", "}"),
    "square brackets": ("${", "[", "1", "]", "}"),
    "objects": ("${ ", "{'a': ", "1", "}", " }"),
    "minus": ("${", "-", "1", "", "}"),
    "not": ("${", "!", "true", "", "}"),
    "not in words": ("${", "not ", "true", "", "}"),
    "conditions": ("${", "true ? ", "1", " : 2", "}"),
    "other conditions": ("${", "false ? 1 : ", "1", "", "}"),
    "python conditions": ("${", "1 if true else ", "2", "", "}"),
    "filters": ("${1", " | abs", "", "", "}"),
    "maps": ("${params.rows", " | map('string')", "", "", "}"),
    "doubling replaces": ("${params.big", " | replace('x', 'xx')", "", "", "}"),
    "sums": ("${1", " + 1", "", "", "}"),
    "products": ("${9", " * 9999999999", "", "", "}"),
    "powers": ("${9", " ** 9", "", "", "}"),
    "joined": ("${1", " ~ params.big", "", "", "}"),
    "and": ("${true", " && true", "", "", "}"),
    "comparisons": ("${1", " < 2", "", "", "}"),
    "equalities": ("${1", " == 1", "", "", "}"),
    "dots": ("${params", ".a", "", "", "}"),
    "indices": ("${params.deep", "[0]", "", "", "}"),
    "calls": ("${", "length(", "params.big", ")", "}"),
    "arguments": ("${not_null(", "null, ", "1", "", ")}"),
    "literal": ("${`", "[", "1", "]", "`}"),
    "long literal": ("${`[", "1, ", "1", "", "]`}"),
    "long number": ("${", "9", "", "", "}"),
    "long name": ("${", "a", "", "", "}"),
    "long text": ("${'", "a", "", "", "'}"),
    "marks": ("", "{{ 1 }}", "", "", ""),
    "marks with paths": ("", "${params.n | default(0)} ", "", "", ""),
    "ifs": ("", "{% if true %}", "", "{% endif %}", ""),
    "fors": ("", "{% for a in [1, 2] %}", "x", "{% endfor %}", ""),
    "sets": ("", "{% set a = 1 %}", "", "", ""),
    "elifs": ("{% if false %}", "{% elif false %}", "", "", "{% endif %}"),
    "open ifs": ("", "{% if true %}", "", "", ""),
    "open marks": ("", "{{ ", "", "", ""),
    "open dollars": ("", "${", "", "", ""),
    "open braces": ("${", "{", "", "", ""),
    "open quotes": ("${", "'", "", "", ""),
    "dollars": ("", "$", "{", "", ""),
    "raws": ("", "{% raw %}", "", "", ""),
    "closed raws": ("", "{% raw %}{% endraw %}", "", "", ""),
    "spaces in a mark": ("${", " ", "1", "", "}"),
    "spaces in a block": ("{%", " ", "if", "", "%}"),
    "nesting sets": ("{% set a = [] %}", "{% set a = [a] %}", "{{ a }}", "", ""),
    "doubling lists": ("{% set a = [1] %}", "{% set a = [a, a] %}", "{{ a }}", "", ""),
    "doubling objects": ("{% set a = 1 %}", "{% set a = {'x': a, 'y': a} %}", "{{ a | json(2) }}", "", ""),
    "doubling texts": ("{% set a = 'xxxxxxxxxx' %}", "{% set a = a ~ a %}", "{{ a }}", "", ""),
    "doubling texts by +": ("{% set a = 'xxxxxxxxxx' %}", "{% set a = a + a %}", "{{ a }}", "", ""),
    "doubling blocks": ("{% set a = 'xxxxxxxxxx' %}", "{% set a %}{{ a }}{{ a }}{% endset %}", "{{ a }}", "", ""),
    "doubling lists by +": ("{% set a = [1] %}", "{% set a = a + a %}", "{{ a }}", "", ""),
    "order of doubled lists": ("{% set a = [1] %}{% set b = [1] %}", "{% set a = [a, a] %}{% set b = [b, b] %}", "{{ a < b }}", "", ""),
    "equality of doubled lists": ("{% set a = [1] %}{% set b = [1] %}", "{% set a = [a, a] %}{% set b = [b, b] %}", "{{ a == b }}", "", ""),
    "equality of doubled objects": (
        "{% set a = 1 %}{% set b = 1 %}",
        "{% set a = {'x': a, 'y': a} %}{% set b = {'x': b, 'y': b} %}",
        "{{ a == b }}",
        "",
        "",
    ),
    "doubled list in a list": ("{% set a = [1] %}{% set b = [1] %}", "{% set a = [a, a] %}{% set b = [b, b] %}", "{{ a in [b] }}", "", ""),
    "sorting doubled lists": (
        "{% set a = [1] %}{% set b = [1] %}",
        "{% set a = [a, a] %}{% set b = [b, b] %}",
        "{{ [a, b] | sort }}",
        "",
        "",
    ),
    "greatest of doubled lists": (
        "{% set a = [1] %}{% set b = [1] %}",
        "{% set a = [a, a] %}{% set b = [b, b] %}",
        "{{ [a, b] | max }}",
        "",
        "",
    ),
    "unique doubled lists": ("{% set a = [1] %}", "{% set a = [a, a] %}", "{{ [a, a] | unique }}", "", ""),
    "groups of doubled lists": ("{% set a = [1] %}", "{% set a = [a, a] %}", "{{ [[a], [a]] | groupby(0) }}", "", ""),
    "query of a doubled list": ("{% set a = [1] %}", "{% set a = [a, a] %}", "{{ a | jmespath('[]') }}", "", ""),
    "selecting doubled lists": ("{% set a = [1] %}", "{% set a = [a, a] %}", "{{ [a] | select('eq', a) }}", "", ""),
    "query that doubles": ("${[1] | jmespath('@", " | [@, @]", "", "", "')}"),
    "query that flattens": ("${[1] | jmespath('@", " | [@, @][]", "", "", "')}"),
    "query that writes": ("${[1] | jmespath('@", " | [to_string(@), to_string(@)]", "", "", "')}"),
    "query that joins": ("${['aaaaaaaaaa'] | jmespath('@", ' | [join(`""`, [@[0], @[0]])]', "", "", "')}"),
    "query that merges": ("${ {'a': 1} | jmespath('", "merge(", "@", ", @)", "') }"),
    "query of brackets": ("${[1] | jmespath('", "[", "@", "]", "')}"),
    "query of nots": ("${[1] | jmespath('", "!", "@", "", "')}"),
    "query of ors": ("${[1] | jmespath('", "`[]` || ", "@", "", "')}"),
    "query of pipes": ("${[1] | jmespath('", "@ | ", "@", "", "')}"),
    "query of projections": ("${params.rows | jmespath('", "[*].[@, @] | ", "[*]", "", "')}"),
    "query of comparisons": ("${[params.double, params.double_too] | jmespath('[?", "@ == @ && ", "@ == `1`", "", "]')}"),
    "path of an attribute": ("${params.rows | map(attribute='a", ".a", "", "", "')}"),
    "pattern of a date": ("${now | date('", "%A", "", "", "')}"),
    "digits": ("${1", "0", " ** 399", "", "}"),
    "concatenated texts": ("${", "'a' ", "", "", "}"),
}
TIMES = (45, 333, 30_000)

#: Ways out of the sandbox; none may give anything but an error or plain data.
ESCAPES = (
    "${params.__class__}", "${params.__class__.__mro__[1].__subclasses__()}", "${''['__class__']['__mro__'][1]['__subclasses__']()}", "${params | attr('__class__')}",
    "${range.__globals__}", "${range._body}", "${length.name}", "${'{0.__class__}'.format(5)}", "${'%s' % 5}", "${'%1000000000d' % 5}", "${params.rows | map(attribute='__class__')}",
    "${params.rows | map(attribute='__init__.__globals__')}", "${self}", "${self.__init__}", "${self._TemplateReference__context}", "{% for x in [1] %}{{ loop.__class__ }}{% endfor %}",
    "{% for x in [1] %}{{ loop._iterable }}{% endfor %}", "{% for x in [1] %}{{ loop }}{% endfor %}", "${cycler}", "${lipsum()}", "${joiner}", "${namespace()}", "${dict()}", "${context}",
    "${environment}", "${config}", "${request}", "${get_flashed_messages}", "${url_for.__globals__}", "{% import 'os' as os %}{{ os }}", "{% include '/etc/passwd' %}",
    "{% extends 'x' %}", "{% macro a() %}{% endmacro %}{{ a() }}", "{% call a() %}{% endcall %}", "{% block a %}{% endblock %}", "{% print 1 %}", "{% do params.clear() %}",
    "{% autoescape true %}{% endautoescape %}", "{% set params.a = 1 %}", "{% set ns = namespace(a=1) %}", "${params.update({'a': 1})}", "${params.clear()}", "${params.rows.append(1)}",
    "${[].append(1)}", "${now.replace(year=1)}", "${now.__reduce__()}", "${today._zone}", "${today.zone.key}", "${today['zone']}", "${now.instant_us}", "${1h.months}", "${(1h).months}",
    "${params | map('rounds!', -100000, 0, 1)}", "${params | rounds!(-100000, 0, 1)}", "${[1] | _rounds(-1000000, 0)}", "${1 | bind!}", "${[1] | map('bind!')}", "${[1] | select('rounds!')}",
    "${params | xmlattr}", "${params | pprint}", "${'a' | forceescape}", "${'a' | safe}", "${'a' | format}", "${[1] | random}", "${'a' | filesizeformat}", "${params | tojson | safe}",
    "${length(length)}", "${length | length}", "${range | string}", "x ${range}", "${[range]}", "${ {'a': range} }", "${range == length}", "${range < length}", "${range in [1]}",
    "${[range] | sort}", "${[range, length] | unique}", "${[range] | groupby('a')}", "${[range] | jmespath('[0]')}", "${range | json}", "${'a' | map(range)}", "${[1] | map(range)}",
    "${[1] | map('map', 'map', 'map')}", "${[1] | select('in')}", "${[1] | selectattr()}", "${[1] | groupby()}", "${1 | round(1, 2, 3, 4)}", "${default()}", "${`\\u0000`}", "${'\\ud800'}",
    "${\"\\x00\"}", "${params[params]}", "${params[[1]]}", "${params[range]}", "${params.rows[range]}", "${params.rows['a':'b']}", "${params.rows[::0]}", "${params.rows[10**400:]}",
    "${params.rows[now]}", "${5 in range}", "${{}}", "${{{}}}", "{{{}}}", "${1:{2}}", "${1:{params.n}}", "{{ 1 }}}", "%}{%", "{%%}", "{% %}", "{%-%}", "{{-}}", "${-}", "${ }", "$${", "${{", "{{ {% }} %}",
)  # fmt: skip


HOLDERS = ("params", "params.rows", "''", "[]", "{}", "range", "now", "today", "5", "steps")
ATTRIBUTES = (
    "__class__",
    "__mro__",
    "__globals__",
    "__init__",
    "__subclasses__",
    "mro",
    "format",
    "format_map",
    "_body",
    "gi_frame",
    "f_globals",
)
ACCESSES = ("({}).{}", "({})['{}']", "({}) | attr('{}')", "[{}] | map(attribute='{}')")


def shapes(count: int, seed: int) -> Iterator[tuple[str, str]]:
    """(name, template): every shape and size, every escape and attribute, then random mixtures up to `count`."""
    made = 0
    for name, source in SIZED.items():
        for size in SIZES:
            made += 1
            yield f"{name} {size}", source.replace("SIZE", str(size))
    for name, (before, piece, middle, after, end) in REPEATED.items():
        for times in TIMES:
            made += 1
            yield f"{name} x{times}", before + piece * times + middle + after * times + end
    for number, source in enumerate(ESCAPES):
        made += 1
        yield f"escape {number}", source
    for holder, attribute, access in itertools.product(HOLDERS, ATTRIBUTES, ACCESSES):
        made += 1
        yield f"attribute {made}", "${ " + access.format(holder, attribute) + " }"
    mixer = random.Random(seed)
    while made < count:
        made += 1
        yield f"mixture {made}", mixture(mixer)


ATOMS = (
    "params.n",
    "params.big",
    "params.double",
    "params.numbers",
    "params.rows",
    "params.deep",
    "params.object",
    "params.huge",
    "1.5",
    "'ab'",
    "[1, 2]",
    "today",
    "1h",
    "null",
    "x",
    "range(99)",
    "i",
)
FILTERS = (
    "length", "string", "json", "list", "first", "last", "sort", "unique", "sum", "max", "reverse", "upper", "title", "wordwrap(9)", "center(9999)", "indent(99)", "join(',')", "map('string')",
    "map(attribute='a')", "groupby('a')", "batch(3)", "replace('a', 'bbbb')", "split('a')", "items", "keys", "dictsort", "round(50)", "jmespath('[*][]')", "default(0)", "urlencode", "number",
    "select('odd')", "truncate(9)", "trim", "escape", "wordcount", "date('%c')", "json(4)", "contains(1)",
)  # fmt: skip
OPERATORS = ("+", "-", "*", "/", "//", "%", "**", "~", "==", "!=", "<", ">=", "in", "&&", "||", "and", "or", "not in")


def mixture(mixer: random.Random) -> str:
    """A random template of the pieces that could hurt."""
    source = expression(mixer, 4)
    match mixer.randrange(5):
        case 0:
            return "${ " + source + " }"
        case 1:
            return "x {{ " + source + " }} ${ " + expression(mixer, 2) + " }"
        case 2:
            return "{% for i in range(" + str(mixer.choice((3, 300, 10_000))) + ") %}{{ " + source + " }}{% endfor %}"
        case 3:
            return "{% for i in " + expression(mixer, 2) + " %}{% set x = " + source + " %}{% if i %}{{ x }}{% endif %}{% endfor %}"
    return "{% set x = 'ab' %}{% set i = 3 %}" + "{% set x = x ~ x %}{% set i = [i, i] %}" * mixer.randrange(60) + "{{ " + source + " }}"


def expression(mixer: random.Random, depth: int) -> str:
    """A random expression."""
    if depth == 0:
        return mixer.choice(ATOMS)
    inner = expression(mixer, depth - 1)
    match mixer.randrange(6):
        case 0:
            return f"({inner}) {mixer.choice(OPERATORS)} {expression(mixer, depth - 1)}"
        case 1 | 2:
            return f"({inner}) | {mixer.choice(FILTERS)}"
        case 3:
            return f"[{inner}, {inner}]"
        case 4:
            return f"({inner}) ? ({expression(mixer, depth - 1)}) : {inner}"
    return f"({inner})[{mixer.choice(('0', '-1', '::2', '1:', '99', repr('a')))}]"
