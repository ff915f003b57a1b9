// Shows the document in ReDoc, or says that ReDoc is not here.
const page = document.getElementById('page')
if (typeof Redoc === 'object') {
    const text = 'system-ui, sans-serif'
    const code = 'ui-monospace, monospace'
    Redoc.init('/openapi.json', {
        nativeScrollbars: true,
        // The fonts of the system: nothing is asked of any other host.
        theme: {typography: {fontFamily: text, headings: {fontFamily: text}, code: {fontFamily: code}}},
    }, page)
} else {
    page.innerHTML = `<h1>ReDoc is not installed here</h1>
<p>It is fetched when CryptoDesk is set up, and there was no network then: run <code>./desk up</code> again with one.
The document itself is <a href="/openapi.json">/openapi.json</a>, and the API works as it is.</p>`
}
