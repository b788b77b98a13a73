/** The mark of medseal, a seal with a check mark: in the API's page and in a browser's tab. */
export const LOGO_TYPE = 'image/svg+xml'

export const LOGO = `<svg xmlns="http://www.w3.org/2000/svg" width="32" height="32" viewBox="0 0 32 32">
<circle cx="16" cy="16" r="15" fill="#0b6e63"/>
<circle cx="16" cy="16" r="11.5" fill="none" stroke="#fff" stroke-width="1.5"/>
<path d="M10.5 16.5l4 4 7.5-8.5" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round"/>
</svg>
`
