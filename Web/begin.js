// Before the first paint: a theme that was chosen here before, or else the system's; and the list's modules are asked for
// side by side where it is probably the list that is shown.
{
    const chosen = localStorage.getItem('theme')
    if (chosen === 'dark' || chosen === 'light') document.documentElement.dataset.theme = chosen
    const modules = document.currentScript?.dataset.list?.split(' ') ?? []
    for (const href of localStorage.getItem('signed-in') ? modules : []) {
        document.head.append(Object.assign(document.createElement('link'), { rel: 'modulepreload', href }))
    }
}
