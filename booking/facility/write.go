package facility

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"rsc.io/qr"
)

// Typeface is a Japanese typeface in two weights, each a TrueType font.
type Typeface struct{ Regular, Bold []byte }

// ErrTypeface says that a typeface is not what fonts look like.
var ErrTypeface = errors.New("facility: the typeface is no TrueType font")

// Measures of a page, in millimetres.
const (
	pageWidth, pageHeight = 210, 297
	margin                = 18.0
	body                  = pageWidth - 2*margin
	codeSide              = 32.0
)

// scale is how large a paper is set: points, and millimetres for what depends on them.
type scale struct{ title, heading, text, label float64 }

// formScale is for a paper that is handed in. One that hangs on the wall is set as large as lets it stay one page, and at
// the last of wallScales where it needs more.
var (
	formScale  = scale{title: 16, heading: 12, text: 10.5, label: 46}
	wallScales = []scale{{title: 34, heading: 24, text: 20, label: 68}, {title: 30, heading: 21, text: 17.5, label: 64}, {title: 26, heading: 18, text: 15, label: 60}}
)

// perPoint is a point's millimetres; leading is a line's height in heights of its characters (JIS X 8341 asks for 1.5).
const (
	perPoint = 25.4 / 72
	leading  = 1.55
)

// Write sets a paper on A4 pages and writes them as PDF. Equal papers of a day give equal bytes.
func Write(w io.Writer, p Paper, face Typeface) error {
	for _, font := range [][]byte{face.Regular, face.Bold} {
		if len(font) < 12 || string(font[:4]) != "\x00\x01\x00\x00" {
			return ErrTypeface
		}
	}
	scales := []scale{formScale}
	if p.Big {
		scales = wallScales
	}
	for n, large := range scales {
		s, err := set(p, face, large)
		if err != nil {
			return err
		}
		if s.PageNo() > 1 && n+1 < len(scales) {
			continue
		}
		if err := s.Output(w); err != nil {
			return fmt.Errorf("facility: %s: %w", p.Title, err)
		}
		break
	}
	return nil
}

// set sets a whole paper so large.
func set(p Paper, face Typeface, large scale) (*setter, error) {
	s := &setter{Fpdf: fpdf.New("P", "mm", "A4", ""), scale: large}
	s.begin(p, face)
	s.title(p)
	for _, section := range p.Sections {
		s.section(section)
	}
	if p.Link != "" {
		if err := s.code(p.Link, p.LinkSays); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// setter sets a paper from top to bottom.
type setter struct {
	*fpdf.Fpdf
	scale
	y float64 // where the next thing goes
}

func (s *setter) begin(p Paper, face Typeface) {
	s.AddUTF8FontFromBytes("ud", "", face.Regular)
	s.AddUTF8FontFromBytes("ud", "B", face.Bold)
	s.SetCatalogSort(true)
	if made, err := time.Parse(time.DateOnly, p.Made); err == nil {
		s.SetCreationDate(made)
		s.SetModificationDate(made)
	}
	s.SetLang("ja")
	s.SetTitle(p.Title, true)
	s.SetAutoPageBreak(false, 0)
	s.SetFooterFunc(func() {
		s.SetFont("ud", "", 9)
		foot := "作成 " + day(p.Made) + "　" + strconv.Itoa(s.PageNo()) + "／{nb}"
		s.Text(margin, pageHeight-10, foot)
	})
	s.AliasNbPages("{nb}")
	s.AddPage()
	s.y = margin
}

func (s *setter) title(p Paper) {
	if p.To != "" {
		s.paragraph(p.To+" 様", margin, body, "", s.text)
		s.y += 4
	}
	s.paragraph(p.Title, margin, body, "B", s.scale.title)
	s.y += 3
}

func (s *setter) section(section Section) {
	if section.Heading != "" {
		s.room(lineOf(s.heading) + 3*lineOf(s.text))
		s.y += 3
		s.paragraph(section.Heading, margin, body, "B", s.heading)
		s.y++
	}
	for _, row := range section.Rows {
		s.row(row)
	}
	for n, step := range section.Steps {
		s.step(n+1, step)
	}
	for _, text := range section.Text {
		s.paragraph(text, margin, body, "", s.text)
	}
	s.y += 2
}

// row sets a ruled line of a table: what it is, and what is on record; with nothing on record there is room to write.
func (s *setter) row(l Line) {
	const pad = 2.0
	left, right := s.wrapped(l.Name, s.label-2*pad, "B", s.text), s.wrapped(l.Text, body-s.label-2*pad, "", s.text)
	height := float64(max(len(left), len(right)))*lineOf(s.text) + 2*pad
	s.room(height)
	top := s.y
	s.SetDrawColor(118, 118, 118)
	s.SetFillColor(242, 242, 242)
	s.Rect(margin, top, s.label, height, "FD")
	s.Rect(margin+s.label, top, body-s.label, height, "D")
	s.lines(left, margin+pad, top+pad, "B", s.text)
	s.lines(right, margin+s.label+pad, top+pad, "", s.text)
	s.y = top + height
}

func (s *setter) step(n int, text string) {
	const indent = 11.0
	list := s.wrapped(text, body-indent, "", s.text)
	s.room(float64(len(list)) * lineOf(s.text))
	s.lines([]string{strconv.Itoa(n)}, margin+2, s.y, "B", s.text)
	s.lines(list, margin+indent, s.y, "", s.text)
	s.y += float64(len(list))*lineOf(s.text) + 1.5
}

func (s *setter) paragraph(text string, x, width float64, weight string, size float64) {
	list := s.wrapped(text, width, weight, size)
	s.room(float64(len(list)) * lineOf(size))
	s.lines(list, x, s.y, weight, size)
	s.y += float64(len(list)) * lineOf(size)
}

// code draws an address as a QR code, with what it leads to beside it.
func (s *setter) code(link, says string) error {
	code, err := qr.Encode(link, qr.M)
	if err != nil {
		return fmt.Errorf("facility: %d characters do not fit a code: %w", len(link), err)
	}
	s.room(codeSide + 2)
	s.y += 2
	dot := codeSide / float64(code.Size)
	s.SetFillColor(0, 0, 0)
	for y := range code.Size {
		for x := range code.Size {
			if code.Black(x, y) {
				s.Rect(margin+float64(x)*dot, s.y+float64(y)*dot, dot, dot, "F")
			}
		}
	}
	beside := margin + codeSide + 6
	top := s.y
	s.paragraph(says, beside, body-codeSide-6, "B", s.text)
	s.paragraph(link, beside, body-codeSide-6, "", 9)
	s.y = top + codeSide
	return nil
}

// room begins another page where a height does not fit this one.
func (s *setter) room(height float64) {
	if s.y+height <= pageHeight-margin || s.y == margin {
		return
	}
	s.AddPage()
	s.y = margin
}

func (s *setter) wrapped(text string, width float64, weight string, size float64) []string {
	s.SetFont("ud", weight, size)
	return wrap(text, width, s.GetStringWidth)
}

func (s *setter) lines(list []string, x, y float64, weight string, size float64) {
	s.SetFont("ud", weight, size)
	s.SetTextColor(26, 26, 28)
	for n, line := range list {
		s.Text(x, y+float64(n)*lineOf(size)+size*perPoint*1.1, line)
	}
}

// lineOf is the height of a line of that size, in millimetres.
func lineOf(size float64) float64 { return size * perPoint * leading }
