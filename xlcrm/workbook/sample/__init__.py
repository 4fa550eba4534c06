"""A small sample company whose story is known, so that every sheet shows something true.

Meridian Controls sells building automation. Its figures are seen from 30 June 2026, cover two and
a half years, and are the same in every build. What there is to find in them:

* Berg sells by regularity: one deal of about 40,000 in every month. No seller's months vary less.
* Bianchi sells by stunts: five large deals in thirty months bring the most money of all sellers,
  and no seller's months vary more.
* Silva slips: his expected closes move by about a month every month, and most of the open deals
  whose expected close has passed are his.
* Gold accounts, a sixth of all, bring most of the sales and win most of their deals; Bronze
  accounts, half of all, lose most of theirs.
* Every deal won has an order of the same amount; the other orders are repeat orders.
* Deals go further than the configured probabilities of the stages say.
* Five open deals carry a manager's override with its reason; one has no amount yet.
* Of the measures one waits for its actual value, four are better when lower, and one has a band.
"""

from xlcrm.workbook.sample.company import AS_OF
from xlcrm.workbook.sample.tables import SampleTable, sample_tables

__all__ = ["AS_OF", "SampleTable", "sample_tables"]
