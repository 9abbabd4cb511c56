// Package browsertest holds the tests of the live page in a real browser: Chromium,
// driven by chromedp. It is a module of its own so that nobody who imports the page
// needs chromedp.
//
// testdata holds axe-core (MPL-2.0, its licence beside it), the accessibility checker.
// It is used by these tests alone and is part of no program.
package browsertest
