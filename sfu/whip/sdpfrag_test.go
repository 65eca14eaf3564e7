package whip

import "testing"

func TestAFragmentGivesCandidatesWithTheirMLine(t *testing.T) {
	f, err := parseFragment("a=ice-ufrag:EsAw\r\na=ice-pwd:bP+XJMM09aR8AiX1jdukzR6Y\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n" +
		"a=candidate:1 1 UDP 2122 10.0.0.1 1234 typ host\r\nm=video 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:1\r\n" +
		"a=candidate:2 1 TCP 2121 10.0.0.1 9 typ host tcptype active\r\na=end-of-candidates\r\n")
	if err != nil {
		t.Fatal(err)
	}
	want := []candidate{
		{"0", "candidate:1 1 UDP 2122 10.0.0.1 1234 typ host"}, {"1", "candidate:2 1 TCP 2121 10.0.0.1 9 typ host tcptype active"},
	}
	if f.ufrag != "EsAw" || len(f.candidates) != 2 || f.candidates[0] != want[0] || f.candidates[1] != want[1] {
		t.Fatalf("got %+v", f)
	}
}

func FuzzFragment(f *testing.F) {
	f.Add("a=ice-ufrag:x\r\na=candidate:1 1 UDP 1 1.2.3.4 5 typ host\r\n")
	f.Add("a=end-of-candidates")
	f.Add("v=0\r\n")
	f.Fuzz(func(t *testing.T, body string) {
		if got, err := parseFragment(body); err == nil && len(got.candidates) > maxFragmentCandidates {
			t.Fatalf("%d candidates", len(got.candidates))
		}
	})
}
