// Draws the API's description with Swagger UI. A file of its own: our pages allow no inline script.
const place = document.getElementById("description")
window.SwaggerUIBundle({
  url: place.dataset.address,
  domNode: place,
  deepLinking: true,
  validatorUrl: null,
  withCredentials: true,
  requestInterceptor: addProof,
})

/** Send the session's proof with changes tried from this page. */
async function addProof(request) {
  if (["POST", "PUT", "PATCH", "DELETE"].includes(request.method)) {
    const session = await fetch(new URL("v1/session", document.baseURI)).then((answer) => answer.json())
    if (session.csrf) request.headers["X-CSRF-Token"] = session.csrf
  }
  return request
}
