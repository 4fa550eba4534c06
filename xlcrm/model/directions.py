"""Which way a measure is to go, read from the words and signs that people write."""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from xlcrm.errors import listing, suggestion
from xlcrm.model.aliases import header_key

if TYPE_CHECKING:
    from collections.abc import Mapping

DIRECTIONS = ("higher", "lower", "band")

_WORDS = {
    "higher": """
        higher, high, higher is better, high is good, higher better, better higher, the higher the
        better, higher the better, bigger is better, larger is better, more, more is better, the
        more the better, good when higher, up, upward, upwards, increase, increasing, increases,
        rise, rising, raise, grow, growing, growth, maximize, maximise, maximizing, maximising,
        maximization, maximisation, max, ascending, asc, positive, above, above target, at least,
        höher, hoch, höher ist besser, hoch ist gut, je höher desto besser, je höher umso besser,
        hoeher, hoeher ist besser, je hoeher desto besser, größer, größer ist besser, groesser ist
        besser, mehr, mehr ist besser, je mehr desto besser, je größer desto besser, steigend,
        steigern, steigerung, steigt, erhöhen, erhöhung, zunehmend, zunahme, wachsend, wachstum,
        aufwärts, nach oben, maximieren, maximierung, maximal, positiv, mindestens,
        hoger, hoog, hoger is beter, hoog is goed, hoe hoger hoe beter, meer, meer is beter, hoe
        meer hoe beter, groter is beter, omhoog, opwaarts, naar boven, stijgend, stijgen, stijging,
        verhogen, verhoging, toename, toenemend, toenemen, groei, groeien, maximaliseren,
        maximalisering, maximalisatie, positief, minstens,
        plus élevé, élevé, plus haut, haut, plus élevé est mieux, plus haut est mieux, plus grand
        est mieux, le plus élevé est le mieux, plus c'est élevé mieux c'est, plus c'est haut mieux
        c'est, le plus élevé possible, à la hausse, hausse, en hausse, augmenter, augmentation,
        croissant, croissante, croissance, vers le haut, maximiser, maximisation, positive, positif,
        au moins,
        mayor, mayor es mejor, más alto, más alto es mejor, más es mejor, cuanto mayor mejor,
        cuanto más alto mejor, cuanto más mejor, alto, arriba, hacia arriba, subir, sube, al alza,
        aumentar, aumento, incrementar, incremento, creciente, crecer, crecimiento, ascendente,
        maximizar, maximización, positivo, al menos,
        выше, выше лучше, чем выше тем лучше, больше, больше лучше, чем больше тем лучше, рост,
        расти, растет, растущий, возрастание, увеличение, увеличить, увеличивать, повышение,
        повысить, повышать, вверх, максимизировать, максимизация, положительное, положительная,
        прямой, прямая, не менее""",
    "lower": """
        lower, low, lower is better, low is good, lower better, better lower, the lower the better,
        lower the better, smaller is better, less, less is better, fewer, fewer is better, the less
        the better, the fewer the better, good when lower, down, downward, downwards, decrease,
        decreasing, decreases, decline, declining, reduce, reducing, reduction, fall, falling, drop,
        minimize, minimise, minimizing, minimising, minimization, minimisation, min, descending,
        desc, negative, below, below target, at most,
        niedriger, niedrig, niedriger ist besser, niedrig ist gut, je niedriger desto besser, je
        niedriger umso besser, tiefer, tief, tiefer ist besser, je tiefer desto besser, geringer,
        gering, geringer ist besser, je geringer desto besser, kleiner, kleiner ist besser, je
        kleiner desto besser, weniger, weniger ist besser, je weniger desto besser, sinkend, senken,
        senkung, sinkt, fallend, abnehmend, abnahme, reduzieren, reduzierung, reduktion,
        verringern, verringerung, abwärts, nach unten, minimieren, minimierung, minimal, negativ,
        höchstens,
        lager, laag, lager is beter, laag is goed, hoe lager hoe beter, minder, minder is beter, hoe
        minder hoe beter, kleiner is beter, omlaag, neerwaarts, naar beneden, dalend, dalen, daling,
        verlagen, verlaging, verminderen, vermindering, afname, afnemend, afnemen, reduceren,
        minimaliseren, minimalisering, minimalisatie, negatief, hoogstens,
        plus bas, bas, plus faible, faible, plus bas est mieux, plus faible est mieux, plus petit
        est mieux, plus c'est bas mieux c'est, plus c'est faible mieux c'est, le plus bas possible,
        moins, moins c'est mieux, à la baisse, baisse, en baisse, baisser, diminuer, diminution,
        réduire, réduction, décroissant, décroissante, vers le bas, minimiser, minimisation,
        négative, négatif, au plus,
        menor, menor es mejor, más bajo, más bajo es mejor, menos, menos es mejor, cuanto menor
        mejor, cuanto más bajo mejor, cuanto menos mejor, bajo, abajo, hacia abajo, bajar, baja, a
        la baja, reducir, reducción, disminuir, disminución, decreciente, decrecer, descendente,
        minimizar, minimización, negativo, como máximo,
        ниже, ниже лучше, чем ниже тем лучше, меньше, меньше лучше, чем меньше тем лучше, снижение,
        снизить, снижать, снижается, убывание, уменьшение, уменьшить, уменьшать, сокращение,
        сократить, сокращать, вниз, минимизировать, минимизация, отрицательное, отрицательная,
        обратный, обратная, не более""",
    "band": """
        band, range, corridor, within, in range, within range, within band, in band, target range,
        target band, between, on target, hit target, nominal, nominal is best, target is best,
        closer is better, optimum, stabilize, stabilise, stable, steady, maintain, hold, hold level,
        keep, keep level,
        bandbreite, korridor, zielkorridor, bereich, zielbereich, im bereich, im band, im korridor,
        innerhalb, zwischen, stabil, stabilisieren, halten, beibehalten, konstant, gleichbleibend,
        toleranzbereich,
        bandbreedte, bereik, binnen bereik, binnen bandbreedte, binnen, tussen, stabiel,
        stabiliseren, handhaven, behouden, constant, gelijk houden,
        fourchette, plage, intervalle, bande, dans la fourchette, dans la plage, entre, stabiliser,
        maintenir, maintien, constante,
        rango, banda, intervalo, dentro del rango, en rango, estable, estabilizar, mantener,
        constante,
        диапазон, в диапазоне, коридор, в коридоре, интервал, в пределах, между, стабильно,
        стабильный, стабилизация, стабилизировать, удержание, удерживать, поддерживать, сохранить,
        сохранять""",
}
_SIGNS = {
    "higher": "\u2191\u21d1\u2b06\u25b2\u25b3\u2197\u2b08\u21e7\u21e1\u2934\u23eb\u2b9d>\u2265",
    "lower": "\u2193\u21d3\u2b07\u25bc\u25bd\u2198\u2b0a\u21e9\u21e3\u2935\u23ec\u2b9f<\u2264",
    "band": "\u2194\u21d4\u2b0c\u2192\u21d2\u27a1\u2195\u21d5",
}
"""Arrows, triangles and signs of comparison; both ways, or level, is a band."""


def direction_word(text: str) -> str | None:
    """Read which way a measure is to go.

    Case, accents, spaces and punctuation never matter; arrows count where no word stands by.

    Args:
        text: A word, a phrase or an arrow, in English, German, Dutch, French, Spanish or Russian.

    Returns:
        ``higher``, ``lower`` or ``band``; None where it says none of them plainly.

    Example:
        >>> direction_word("Higher is better"), direction_word("omlaag"), direction_word("↔")
        ('higher', 'lower', 'band')
    """
    key = _key(text)
    if key:
        return _known().get(key)
    shown = {name for name, signs in _SIGNS.items() if any(sign in text for sign in signs)}
    return shown.pop() if len(shown) == 1 else None


def unknown_direction(text: str) -> str:
    """Say that a word tells no direction, and which do."""
    return f"direction {text!r} is none of {listing(DIRECTIONS)}; {suggestion(text, DIRECTIONS)}"


def _key(text: str) -> str:
    """Reduce a phrase to its letters and digits; a sign alone has none."""
    return "".join(sign for sign in header_key(text) if sign.isalnum())


@cache
def _known() -> Mapping[str, str]:
    return MappingProxyType(
        {_key(word): name for name, words in _WORDS.items() for word in words.split(",")}
    )
