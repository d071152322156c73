// What htmx leaves to us: the answer takes the focus, and tables of figures are drawn as charts.
// A chart shows what its table says, no more; a column leads where the number in the table leads.
"use strict";

function drawCharts() {
  if (!window.echarts) return;
  for (const place of document.querySelectorAll("[data-chart]")) {
    const table = document.getElementById(place.dataset.chart);
    const heads = [...table.tHead.rows[0].cells].slice(1).map((cell) => cell.textContent.trim());
    const rows = [...table.tBodies[0].rows];
    const quiet = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const chart = window.echarts.init(place);
    chart.setOption({
      animation: !quiet,
      color: ["#14509a", "#2e7d32"],
      grid: { left: 40, right: 16, top: 36, bottom: 28 },
      legend: { data: heads, top: 0 },
      xAxis: { type: "category", data: rows.map((row) => row.cells[0].textContent.trim().slice(5)) },
      yAxis: { type: "value", minInterval: 1 },
      series: heads.map((name, at) => ({
        name,
        type: at === 0 ? "bar" : "line",
        symbol: "diamond",
        symbolSize: 8,
        data: rows.map((row) => Number(row.cells[at + 1].textContent)),
      })),
    });
    chart.on("click", (clicked) => {
      rows[clicked.dataIndex].cells[clicked.seriesIndex + 1].querySelector("a").click();
    });
    window.addEventListener("resize", () => chart.resize());
  }
}

document.addEventListener("DOMContentLoaded", () => {
  drawCharts();
  document.querySelector("[data-focus]")?.focus();
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
});
document.addEventListener("htmx:afterSettle", () => document.querySelector("[data-focus]")?.focus());
