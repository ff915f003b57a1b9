// Shows the document in Swagger UI, or says that Swagger UI is not here.
const page = document.getElementById('page')
if (typeof SwaggerUIBundle === 'function') {
    SwaggerUIBundle({
        url: '/openapi.json',
        domNode: page,
        deepLinking: true,
        displayRequestDuration: true,
        filter: true,
        // Nothing is asked of any other host.
        validatorUrl: null,
    })
} else {
    page.innerHTML = `<h1>Swagger UI is not installed here</h1>
<p>It is fetched when CryptoDesk is set up, and there was no network then: run <code>./desk up</code> again with one.
The document itself is <a href="/openapi.json">/openapi.json</a>, and the API works as it is.</p>`
}
