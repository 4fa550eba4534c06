"""Speed against peers, as ratios measured side by side in one process.

``python -m benchmarks`` runs all of them, ``python -m benchmarks columns`` one group: columns,
forecast, recalculation.

Machines are shared and noisy: absolute times say little, medians of interleaved runs do.
"""
