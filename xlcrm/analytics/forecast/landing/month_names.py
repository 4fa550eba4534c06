"""The month or quarter of any year that a text names, in the languages of the house."""

from __future__ import annotations

import re
import unicodedata

from xlcrm.cells import date_of_serial, text_key
from xlcrm.errors import CrmError

_NAMES = (
    "january januari januar janner jaenner janvier enero январь января",
    "february februari februar feber fevrier febrero февраль февраля",
    "march maart mrt marz maerz mrz mars marzo март марта",
    "april avril abril апрель апреля",
    "may mei mai mayo май мая",
    "june juni juin junio июнь июня",
    "july juli juillet julio июль июля",
    "august augustus aout agosto август августа",
    "september septembre septiembre setiembre сентябрь сентября",
    "october oktober octobre octubre октябрь октября",
    "november novembre noviembre ноябрь ноября",
    "december dezember decembre diciembre декабрь декабря",
)
"""January to December in English, Dutch, German, French, Spanish and Russian, without accents."""

_SHORTEST = 3
_YEARED = re.compile(r"\d{4}[-/ ]?(?=[a-z\u0430-\u044f]|\d{1,2}$)")
_QUARTER = re.compile(
    r"(?:q|k|t|кв|quarter|quartal|kwartaal|trimestre|квартал)[. ]*([1-4])"
    r"|([1-4])[.a-z\u0430-\u044f]*[ -]*(?:q|k|t|кв|quarter|quartal|kwartaal|trimestre|квартал)\.?"
)


def _folded(text: str) -> str:
    letters = unicodedata.normalize("NFD", text_key(text))
    return "".join(one for one in letters if not unicodedata.combining(one))


_KNOWN = {_folded(name): month for month, names in enumerate(_NAMES) for name in names.split()}


def months_named(text: str, fy_start: int, date_system: int) -> tuple[int, ...]:
    """Find the months of the year that a text names.

    Args:
        text: Such as ``3``, ``March``, ``mrt``, ``2026-03``, ``Q1`` or the serial number of a day.
        fy_start: The month in which the fiscal year starts, from which quarters count.
        date_system: 1900 or 1904, of serial numbers.

    Returns:
        Its months, from 0 for January; none where it names no month or quarter.

    Example:
        >>> months_named("Q2", 1, 1900), months_named("Sept.", 1, 1900)
        ((3, 4, 5), (8,))
    """
    folded = " ".join(_folded(text).split())
    if re.fullmatch(r"\d{5}", folded, re.ASCII):
        try:
            return (date_of_serial(float(folded), date_system).month - 1,)
        except CrmError:
            return ()
    folded = _YEARED.sub("", folded, count=1)
    if re.fullmatch(r"\d{1,2}", folded, re.ASCII):
        return (int(folded) - 1,) if 1 <= int(folded) <= 12 else ()
    if quarter := _QUARTER.fullmatch(folded):
        first = fy_start - 1 + 3 * (int(quarter[1] or quarter[2]) - 1)
        return tuple((first + k) % 12 for k in range(3))
    if folded in _KNOWN:
        return (_KNOWN[folded],)
    begun = folded.rstrip(".")
    if len(begun) < _SHORTEST:
        return ()
    found = {month for name, month in _KNOWN.items() if name.startswith(begun)}
    return tuple(found) if len(found) == 1 else ()
