"""A small sample company whose story is known, so that every sheet shows something true.

Meridian Controls sells building automation. Its figures are seen from 17 June 2026, a Wednesday,
cover two and a half years, and are the same in every build. What there is to find in them:

* Berg sells by regularity: one deal of about 40,000 in every month. No seller's months vary less.
* Bianchi sells by stunts: five large deals in thirty months bring the most money of all sellers,
  and no seller's months vary more.
* Silva slips: of the amount that he expects to close in a month he loses or moves three quarters
  after the 20th; of what the others expect, a tenth goes that way. His expected closes move by two
  to three weeks every month, and nobody has more open deals whose expected close has passed.
* Gold accounts, a fifth of all, bring most of the sales and win most of their deals; Bronze
  accounts, half of all, lose most of theirs.
* Every deal won has an order of the same amount in the same month; the other orders are repeat
  orders. Twenty Gold accounts were customers before 2024; two of them ordered last in October
  2025. Four more were won since April 2025, and newcomers in the other segments.
* Sales follow the season that the plan assumes: each month up to May 2026 brings between 75 % and
  125 % of its goal, and 2026 so far about 95 %. The goals of sellers add up to the company's.
* A third of the deals lost, 32 %, had been left alone for more than 30 days before; no deal won
  ever was. Berg leaves fewest alone, Silva most. Office work takes 42 % of all minutes.
* A dozen open deals are followed by nobody: no activity for three weeks, and no next action.
* Ten open deals are expected between 18 and 30 June, three of them Silva's.
* Deals go further than the configured probabilities of the stages say.
* Five open deals carry a manager's override with its reason; one has no amount yet.
* Of the measures one waits for its actual value, four are better when lower, and one has a band.
  Most are read from the data; six are fed a value a month, and one is typed.
* Sellers who were trained more send more quotes in time three months later, and customers who got
  theirs in time recommend the company two months after that.
* Of the initiatives one is late, one stopped, one done and one planned.
* A Gold customer earns most by far, but winning one takes eleven months of its margin, and a
  Silver one four: marketing courts Gold most, and wins three a year. After the cost of winning
  them Silver customers come first, in 2025 and in the last twelve months alike.
* Thirteen customers sleep: two Gold, five Silver, six Bronze. Seven of them were lost in the last
  twelve months; of three Bronze ones, who order about every ten months, nobody knows. Eight Gold
  and Silver accounts had slept for most of a year, and came back.
* Who has Controller L mostly has the Gateway, and who has Site licence or Energy Insight the
  Service plan; a quarter to a third lack it, and could be offered it.
* The South has half of the potential and a third of the sales, few visits and three of nineteen
  resellers; the North sells half as much again as its potential says.
* Discounts stay within 10 %, but Silva leaks: he gives 18 % on deals. Hardware is dearer than
  elsewhere, software cheaper.
* Six customers, three Silver and three Bronze, cost more than they bring: service takes what they
  pay. Without them profit would be a twentieth higher.
* Bronze accounts speak of the price and do not like it; Gold ones speak of service and do.
* Four of nine of Silva's deals came by themselves, one of seven of the others', fewest of Berg's.
* Some accounts have a city and no place on the map; no contract tells when a customer left.
"""

from xlcrm.workbook.sample.company import AS_OF
from xlcrm.workbook.sample.tables import SampleTable, sample_tables

__all__ = ["AS_OF", "SampleTable", "sample_tables"]
