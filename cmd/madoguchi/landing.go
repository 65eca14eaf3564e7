package main

import (
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"net/http"
	"strings"
)

// link is one way into the house, printed on start and listed on the landing page.
type link struct {
	Kind string // booth, desk, counter, assistant, admin, docs
	Name string // what a person calls it
	Path string
}

// landingStyle is the landing page's own style; its policy lets in this very text and no other.
const landingStyle = `
body { font: 1.125rem/1.7 "Noto Sans JP Variable", "Noto Sans JP", "Noto Sans CJK JP", sans-serif; color: #1a1a1c; background: #fff; margin: 0 auto; max-width: 44rem; padding: 2rem 1rem 4rem }
h1 { font-size: 1.75rem; margin: 0 } h2 { font-size: 1.25rem; margin: 2rem 0 .5rem }
ul { list-style: none; margin: 0; padding: 0 }
li a { display: block; padding: .75rem 1rem; margin: .5rem 0; border: 1px solid #767676; border-radius: .5rem; color: #0017c1; text-decoration-thickness: 1px; text-underline-offset: .2em }
li a:hover { background: #e8f1fe } li a:focus-visible { outline: 4px solid #000; outline-offset: 2px; background: #ffd43d }
p { margin: .5rem 0 }
.note { border-left: .5rem solid #c16800; padding: .25rem 1rem; background: #fff3e0 }
`

var landingPolicy = strings.Replace(pagePolicy, "style-src 'self'", "style-src 'self' '"+hashOf(landingStyle)+"'", 1)

// hashOf names a text as a policy does (CSP Level 3, §2.3.1).
func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// landing is the page at /: what this is and where to go. It has no script and no data of anybody.
var landing = template.Must(template.New("landing").Parse(`<!doctype html>
<html lang="ja">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>窓口 Madoguchi</title>
<style>` + landingStyle + `</style>
</head>
<body>
<main>
<h1>窓口 Madoguchi</h1>
<p>郵便局のブースから、診療・服薬指導・行政の窓口につながります。</p>
{{if .Demo}}<p class="note">これは試用です。だれでもどの席にもすわれます。{{if .Forgets}}終了すると、すべて消えます。{{end}}</p>{{end}}
{{range .Groups}}<h2>{{.Title}}</h2>
<ul>{{range .Links}}<li><a href="{{.Path}}">{{.Name}}</a></li>{{end}}</ul>
{{end}}</main>
</body>
</html>
`))

// linkKinds are the groups of the landing page, in its order.
var linkKinds = []struct{ kind, title string }{
	{"booth", "ブース"},
	{"desk", "専門職の席"},
	{"counter", "郵便局の窓口"},
	{"lobby", "ロビーの画面"},
	{"assistant", "医院・薬局・担当課の受付"},
	{"admin", "管理"},
	{"docs", "開発者向け"},
}

type linkGroup struct {
	Title string
	Links []link
}

func grouped(links []link) []linkGroup {
	var groups []linkGroup
	for _, kind := range linkKinds {
		group := linkGroup{Title: kind.title}
		for _, l := range links {
			if l.Kind == kind.kind {
				group.Links = append(group.Links, l)
			}
		}
		if len(group.Links) > 0 {
			groups = append(groups, group)
		}
	}
	return groups
}

// landingPage serves the links. With sample data they lead to single seats, otherwise to the apps.
func landingPage(links []link, demo, forgets bool) http.HandlerFunc {
	data := struct {
		Demo, Forgets bool
		Groups        []linkGroup
	}{demo, forgets, grouped(links)}
	return func(w http.ResponseWriter, _ *http.Request) {
		header := w.Header()
		header.Set("Content-Type", "text/html; charset=utf-8")
		header.Set("Cache-Control", cacheAsk)
		header.Set("Content-Security-Policy", landingPolicy)
		header.Set("Permissions-Policy", pagePermissions)
		// The template and its data are our own: an error can only be a client that has gone.
		_ = landing.Execute(w, data)
	}
}

// appLinks are the ways in without sample data.
func appLinks() []link {
	return []link{
		{"booth", "ブース", "/booth/"},
		{"desk", "専門職の席", "/desk/"},
		{"counter", "郵便局の窓口", "/counter/"},
		{"admin", "管理", "/admin/"},
		{"docs", "HTTP API", "/docs/"},
	}
}
