// Runs before the first paint, so that the page never shows in the other theme. A file of its own,
// because the page allows no script inside it.
try {
  const theme = JSON.parse(localStorage.getItem("awaithumans.settings") ?? "{}").theme;
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be closed to us; the system's theme will do.
}
