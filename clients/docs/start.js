// Kept in a file of its own: the pages' content security policy allows no inline script.
window.SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#api",
  deepLinking: true,
  // Nothing typed into the page, least of all a token, outlives it.
  persistAuthorization: false,
  validatorUrl: null,
});
