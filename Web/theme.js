// Before the first paint: a theme that was chosen here before, or else the system's.
{
    const chosen = localStorage.getItem('theme')
    if (chosen === 'dark' || chosen === 'light') document.documentElement.dataset.theme = chosen
}
