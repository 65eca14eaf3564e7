package booking

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

// registerColleagues adds the desks of an area, for those who sit at one of them: whom to ask in, and whom to pass a visit on to.
func (s *Service) registerColleagues(api huma.API) {
	seated(s, api, huma.Operation{
		OperationID: "colleagues", Method: http.MethodGet, Path: "/v1/colleagues", Tags: []string{"facts"},
		Summary: "The pools of the own area and their desks", Description: "For desks.", Errors: []int{401, 403, 503},
	}, s.getColleagues)
	seated(s, api, huma.Operation{
		OperationID: "draw-qr", Method: http.MethodPost, Path: "/v1/qr", Tags: []string{"facts"}, MaxBodyBytes: 4 << 10,
		Summary: "Draw a short text as a QR code", Description: "For a link that a desk gives to a guest. Nothing of the text is kept.",
		Errors: []int{401, 422},
	}, s.postQR)
}

type textInput struct {
	Body struct {
		Text string `json:"text" minLength:"1" maxLength:"500"`
	}
}

func (s *Service) postQR(_ context.Context, _ Caller, in *textInput) (*qrOutput, error) {
	svg, err := qrSVG(in.Body.Text)
	if err != nil {
		return nil, problem(http.StatusInternalServerError, "internal", "Internal error", "a fault on our side").because(err)
	}
	return &qrOutput{"image/svg+xml", "private, no-store", svg}, nil
}

// ColleaguePool is a pool as its neighbours know it.
type ColleaguePool struct {
	ID    string          `json:"id"`
	Name  string          `json:"name"`
	Desks []ColleagueDesk `json:"desks"`
}

// ColleagueDesk is a desk as its neighbours know it; Title is 医師, 薬剤師, 市職員.
type ColleagueDesk struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Role  string `json:"role"`
	Title string `json:"title"`
}

type colleaguesOutput struct {
	Body struct {
		Pools []ColleaguePool `json:"pools"`
	}
}

func (s *Service) getColleagues(_ context.Context, c Caller, _ *struct{}) (*colleaguesOutput, error) {
	kind, id := c.seat()
	own, ok := s.dir().Desk(id)
	if kind != seatDesk || !ok {
		return nil, problemNotYours("see the desks of an area")
	}
	out := &colleaguesOutput{}
	out.Body.Pools = []ColleaguePool{}
	for _, p := range s.dir().Pools() {
		if p.Area != own.Area {
			continue
		}
		pool := ColleaguePool{ID: p.ID, Name: p.Name, Desks: []ColleagueDesk{}}
		for _, k := range p.Desks {
			if k.ID != id {
				pool.Desks = append(pool.Desks, ColleagueDesk{k.ID, k.Name, k.Role, k.Title})
			}
		}
		out.Body.Pools = append(out.Body.Pools, pool)
	}
	return out, nil
}
