// Applies the chosen theme before the first paint; a file of its own because the
// Content-Security-Policy allows no inline scripts.
(() => {
  try {
    const theme = localStorage.getItem('pulsecheck.theme');
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  } catch {
    // Storage may be blocked; the system's theme then applies.
  }
})();
