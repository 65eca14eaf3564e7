// Package officepage writes the public page of an office: what is given there, on what ground, from when until when, at
// what fee, and whom to ask (郵便局事務取扱法, article 3, asks for such a notice).
//
// The page is plain HTML without a script: it is read on old telephones, printed and hung up at the counter. It is in
// Japanese, やさしい日本語 and English, and it holds nothing about anybody.
//
// The package is pure: what stands on the page is an argument.
package officepage
