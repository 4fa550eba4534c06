"""A chart of bubbles, which XlsxWriter does not know, made from its chart of points."""

from __future__ import annotations

from typing import Any

from xlsxwriter.chart_scatter import ChartScatter


class BubbleChart(ChartScatter):  # type: ignore[misc, unused-ignore]
    """A chart of points with a size: each series names its ``sizes`` beside its values."""

    def add_series(self, options: dict[str, Any] | None = None) -> None:
        """Add a series.

        Args:
            options: The properties of a series of points in XlsxWriter's words, and ``sizes``:
                the cells of the sizes, as a list.
        """
        super().add_series(options)
        sizes = self._list_to_formula((options or {})["sizes"])
        self.series[-1]["sizes"] = (sizes, self._get_data_id(sizes, None))

    def _write_scatter_chart(self, args: dict[str, Any]) -> None:
        if not args["primary_axes"]:
            return
        self._xml_start_tag("c:bubbleChart")
        self._xml_empty_tag("c:varyColors", [("val", "0")])
        for one in self.series:
            self._write_ser(one)
        self._xml_empty_tag("c:bubbleScale", [("val", "100")])
        self._xml_empty_tag("c:showNegBubbles", [("val", "0")])
        self._xml_empty_tag("c:sizeRepresents", [("val", "area")])
        self._write_axis_ids(args)
        self._xml_end_tag("c:bubbleChart")

    def _write_ser(self, series: dict[str, Any]) -> None:
        index = self.series_index
        self.series_index += 1
        self._xml_start_tag("c:ser")
        self._write_idx(index)
        self._write_order(index)
        self._write_series_name(series)
        self._write_sp_pr(series)
        self._xml_empty_tag("c:invertIfNegative", [("val", "0")])
        self._write_d_lbls(series.get("labels"))
        self._write_x_val(series)
        self._write_y_val(series)
        formula, data_id = series["sizes"]
        self._xml_start_tag("c:bubbleSize")
        self._write_num_ref(formula, self.formula_data[data_id], "num")
        self._xml_end_tag("c:bubbleSize")
        self._xml_empty_tag("c:bubble3D", [("val", "0")])
        self._xml_end_tag("c:ser")


def bubbles(workbook: Any) -> BubbleChart:
    """Make an empty chart of bubbles.

    Args:
        workbook: The workbook being written.
    """
    chart = BubbleChart()
    chart.embedded = True
    chart.date_1904 = workbook.date_1904
    workbook.charts.append(chart)
    return chart
