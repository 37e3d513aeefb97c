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
  // A finger on a link ends what is being typed, so that the answer is sent before the other page is asked for.
  document.addEventListener("pointerdown", (event) => {
    if (event.target.closest("a") && document.activeElement?.matches("input, textarea")) document.activeElement.blur()
  })
  // On a telephone the menu lies over the page: it makes way once a page is chosen.
  document.addEventListener("click", (event) => {
    if (!event.target.closest('[data-testid="stSidebar"] a') || !matchMedia("(max-width: 768px)").matches) return
    setTimeout(() => document.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click())
  })
  // A line that is down is said at once; the open socket would notice it only minutes later.
  const line = () => document.documentElement.classList.toggle("tc-offline", !navigator.onLine)
  for (const one of ["online", "offline"]) window.addEventListener(one, line)
}
// "/" goes to the page's field for searching, unless somebody types.
if (!window.tocsinKeys) {
  window.tocsinKeys = true
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.target.closest?.("input, textarea, select, [contenteditable]")) return
    const field = document.querySelector('[data-testid="stMain"] input[type="search"]')
    if (!field) return
    event.preventDefault()
    field.focus()
  })
}
// The document's language and direction follow from what the page says beside this script.
;(() => {
  const told = document.querySelector(".tc-speech")
  if (!told) return
  document.documentElement.lang = told.lang
  document.documentElement.dir = told.dir
})()
