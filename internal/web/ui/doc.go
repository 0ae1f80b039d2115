// Package ui is the component kit: layout, headings, cards, tables, forms,
// dialogs, toasts, charts. It renders HTML from the values it is given.
//
// It owns how things look, their accessibility and the words that belong to a
// component itself. It does not own addresses, permissions, records or
// requests: those come with the values. Components use the colour tokens of
// frontend/app.css and write nothing inline, because the site's policy forbids
// inline styles and scripts.
//
// Classes are written in .templ files only: Tailwind does not read Go files.
package ui
