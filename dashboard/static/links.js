/* Our links are plain addresses. A click on one moves within the open page, as the browser's own "back"
   does, so that nothing is loaded anew over a slow line. Without scripts the link works all the same. */
if (!window.tocsinLinks) {
  window.tocsinLinks = true
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="./"]')
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    window.history.pushState({}, "", link.getAttribute("href"))
    window.dispatchEvent(new PopStateEvent("popstate"))
    document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0)
  })
  // A line that is down is said at once; the open socket would notice it only minutes later.
  const line = () => document.documentElement.classList.toggle("tc-offline", !navigator.onLine)
  for (const one of ["online", "offline"]) window.addEventListener(one, line)
}
// The document's language and direction follow from what the page says beside this script.
;(() => {
  const told = document.querySelector(".tc-speech")
  if (!told) return
  document.documentElement.lang = told.lang
  document.documentElement.dir = told.dir
})()
