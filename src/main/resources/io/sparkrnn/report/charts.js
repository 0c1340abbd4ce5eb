(() => {
  "use strict";
  const charts = JSON.parse(document.getElementById("charts").textContent);
  const variable = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  let drawn = [];

  const dataset = (chart, series) => {
    const colour = variable("--series-" + (series.colour % 8));
    return {
      label: series.name,
      data: series.places ? series.values.map((y, i) => ({ x: series.places[i], y })) : series.values,
      borderColor: colour,
      backgroundColor: colour,
      borderWidth: chart.type === "line" || series.dashed ? 2 : 0,
      borderDash: series.dashed ? [6, 4] : [],
      showLine: chart.type === "line" || series.dashed,
      pointRadius: chart.type === "scatter" ? (series.dashed ? 0 : 1.8) : chart.labels.length > 40 ? 0 : 2.5,
      pointHitRadius: 8,
      spanGaps: true,
    };
  };

  const axis = (text, stacked) => ({
    stacked,
    title: { display: true, text },
    grid: { color: variable("--line") },
    ticks: { maxRotation: 0, autoSkipPadding: 12 },
  });

  const draw = () => {
    drawn.forEach((chart) => chart.destroy());
    Chart.defaults.animation = false;
    Chart.defaults.color = variable("--soft");
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    drawn = charts.map((chart) => new Chart(document.getElementById(chart.id), {
      type: chart.type,
      data: {
        labels: chart.labels,
        datasets: chart.series.map((series) => dataset(chart, series)),
      },
      options: {
        responsive: true,
        maintainAspectRatio: false,
        interaction: { mode: chart.type === "scatter" ? "nearest" : "index", intersect: false },
        plugins: { legend: { display: chart.series.length > 1, labels: { boxWidth: 24, boxHeight: 2 } } },
        scales: { x: axis(chart.xLabel, chart.stacked), y: axis(chart.yLabel, chart.stacked) },
      },
    }));
  };

  draw();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
})();
