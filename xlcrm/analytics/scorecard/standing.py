"""How far initiatives are: planned, on time, late, done or stopped."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.scorecard.rows import at_row, columns_of, refuse_twice
from xlcrm.errors import OutOfDomain
from xlcrm.model.aliases import header_key
from xlcrm.model.model import Model

Vector = np.ndarray[Any, np.dtype[np.float64]]

_COLUMNS = (
    "initiative_id", "measure_id", "name", "owner", "start", "due", "budget", "spent", "progress",
    "status", "expected_effect",
)  # fmt: skip
NOTHING = 1e-9
"""A gain in points, or a lag, that is the rounding of a difference and no more."""

_WORDS = {
    "planned": """
        planned, plan, planning, not started, not yet started, to do, todo, new, upcoming,
        scheduled, proposed, idea, backlog, geplant, in planung, nicht begonnen, nicht gestartet,
        noch nicht begonnen, neu, vorgesehen, gepland, nog niet begonnen, niet gestart, te
        doen, nieuw, voorzien, planifié, planifiée, prévu, prévue, à faire, non commencé, non
        démarré, pas commencé, nouveau, planificado, planificada, previsto, prevista, pendiente,
        por hacer, no iniciado, no iniciada, nuevo, запланировано, запланирована, запланирован,
        планируется, план, не начато, не начата, не начат, к выполнению, новая, новый""",
    "running": """
        running, in progress, started, active, ongoing, under way, underway, doing, on track, on
        time, on schedule, läuft, laufend, in arbeit, in bearbeitung, aktiv, begonnen, gestartet,
        im plan, loopt, lopend, in uitvoering, bezig, actief, gestart, op schema, en cours, en
        cours de réalisation, démarré, démarrée, commencé, actif, active, dans les temps, en curso,
        en marcha, en proceso, en progreso, activo, activa, iniciado, iniciada, a tiempo, в работе,
        в процессе, выполняется, идет, начато, начата, в срок, по плану""",
    "late": """
        late, delayed, overdue, behind, behind schedule, behind plan, verspätet, verzögert, in
        verzug, überfällig, im rückstand, te laat, vertraagd, achterstand, loopt achter, achter op
        schema, en retard, retardé, retardée, atrasado, atrasada, retrasado, retrasada, con
        retraso, vencido, vencida, просрочено, просрочена, просрочен, опаздывает, отстает,
        задерживается""",
    "done": """
        done, completed, complete, finished, closed, achieved, delivered, implemented, erledigt,
        fertig, abgeschlossen, beendet, umgesetzt, voltooid, klaar, afgerond, gereed, gedaan,
        afgesloten, terminé, terminée, fini, finie, achevé, achevée, réalisé, réalisée, clôturé,
        fait, hecho, hecha, terminado, terminada, completado, completada, finalizado, finalizada,
        cerrado, cerrada, выполнено, выполнена, выполнен, завершено, завершена, завершен, готово,
        сделано, закрыто, закрыта""",
    "stopped": """
        stopped, cancelled, canceled, aborted, abandoned, on hold, hold, paused, suspended,
        halted, dropped, discontinued, terminated, withdrawn, rejected, gestoppt, abgebrochen,
        eingestellt, storniert, pausiert, angehalten, ausgesetzt, zurückgestellt, verworfen,
        gestopt, geannuleerd, afgebroken, stopgezet, gepauzeerd, in wacht, opgeschort, arrêté,
        arrêtée, annulé, annulée, abandonné, abandonnée, suspendu, suspendue, en pause, en
        attente, interrompu, interrompue, detenido, detenida, cancelado, cancelada, parado, parada,
        abandonado, abandonada, suspendido, suspendida, en pausa, en espera, остановлено,
        остановлена, остановлен, отменено, отменена, отменен, приостановлено, приостановлена,
        приостановлен, прекращено, прекращена, отложено, отложена""",
}


@dataclass(frozen=True)
class Standing:
    """How far initiatives are on the day that they are looked at, n each.

    Attributes:
        status: Planned, on time, late, done or stopped.
        time: The share of the time from start to due day that is gone, NaN where not known.
        begun: Whether work on it has begun.
    """

    status: Any
    time: Vector
    begun: Any


def initiatives_of(model: Model) -> pd.DataFrame:
    """Read the initiatives; one without an id goes by its name, one without a name by its id.

    Args:
        model: A model with initiatives.

    Raises:
        WrongValue: An initiative stands twice.
    """
    made = columns_of(model, "initiatives", _COLUMNS)
    ids, names = made["initiative_id"], made["name"]
    made["initiative_id"] = ids.where(ids.notna(), names)
    made["name"] = names.where(names.notna(), ids)
    refuse_twice(model, "initiatives", made["initiative_id"])
    return made


def standing(model: Model, made: pd.DataFrame) -> Standing:
    """Say how far each initiative is; what is blank makes none of them late.

    Args:
        model: The model, with a day to look from.
        made: The initiatives.

    Raises:
        NotAvailable: There is no day to look from.
        OutOfDomain: An initiative is due before it starts.
    """
    now = _days(np.array([model.as_of], dtype="datetime64[D]"))[0]
    start, due = (_days(made[name].to_numpy()) for name in ("start", "due"))
    wrong = np.flatnonzero(due < start)
    if wrong.size:
        row = int(wrong[0])
        first, last = (iso_days(made[name])[row] for name in ("start", "due"))
        why = f"{made['name'].iloc[row]} is due {last}, before it starts {first}; correct one"
        raise OutOfDomain(at_row(model, "initiatives", row, why))
    length = due - start
    # A single day is gone once it is past.
    time = np.clip((now - start) / np.where(length == 0, 1.0, length), 0.0, 1.0)
    progress, spent = (made[name].to_numpy(dtype=float) for name in ("progress", "spent"))
    word = _worded(made["status"])
    done = (progress >= 1) | (word == "done")
    ahead = start > now
    waiting = (word == "planned") & ~(progress > 0)
    behind = time - progress > model.settings.number("late_tolerance") + NOTHING
    status = np.select(
        [word == "stopped", done, ahead, due < now, waiting, behind | (word == "late")],
        ["stopped", "done", "planned", "late", "planned", "late"],
        "on time",
    )
    active = (spent > 0) | (progress > 0) | (word == "running") | (word == "late")
    begun = done | (~waiting & ((start <= now) | (np.isnan(start) & active)))
    return Standing(status.astype(object), time, begun)


def _worded(column: pd.Series[Any]) -> Any:
    """Read the words of a column for statuses; other words, and blanks, say nothing."""
    codes, texts = pd.factorize(column)
    read = [_statuses().get(header_key(str(text)), "") for text in texts]
    return np.array([*read, ""], dtype=object)[codes]


@cache
def _statuses() -> dict[str, str]:
    return {header_key(word): name for name, words in _WORDS.items() for word in words.split(",")}


def _days(column: Any) -> Vector:
    """Count days, whatever the moment of the day, NaN where there is none."""
    days = column.astype("datetime64[D]")
    return np.where(np.isnat(days), np.nan, days.astype(np.int64).astype(float))


def iso_days(column: pd.Series[Any]) -> Any:
    """Write days as ``2026-06-30``, "" where there is none.

    Args:
        column: The days.
    """
    days = column.to_numpy().astype("datetime64[D]")
    return np.where(np.isnat(days), "", np.datetime_as_string(days)).astype(object)
