"""Sums of amounts that come or do not come: the exact distribution of what open deals will bring.

S = Σ aᵢ Xᵢ, where Xᵢ is 1 with the chance pᵢ and else 0. The Xᵢ are independent, or hang together
through one common shock (see ``shock``). Fewer than 19 uncertain deals are enumerated; for more,
the characteristic function on a grid is inverted (see ``spectrum``).
"""

from xlcrm.stats.bernoulli_sums.influence import influences, leading
from xlcrm.stats.bernoulli_sums.law import Distribution
from xlcrm.stats.bernoulli_sums.total import distribution

__all__ = ["Distribution", "distribution", "influences", "leading"]
