package sfu

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"
)

// Header extensions the node reads or passes on.
const (
	extMid        = "urn:ietf:params:rtp-hdrext:sdes:mid"
	extAudioLevel = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
	extTransport  = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
	extRotation   = "urn:3gpp:video-orientation"
	extDependency = "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension"
)

// passedOn are the extensions copied from publisher to subscriber; all others concern one hop only.
var passedOn = [...]string{extAudioLevel, extRotation, extDependency}

// newMediaEngine knows every format the node forwards. The payload types here are only ours as long as the offer has not
// said others: an answer uses the offer's.
func newMediaEngine() (*webrtc.MediaEngine, error) {
	m := &webrtc.MediaEngine{}
	audio := []webrtc.RTCPFeedback{{Type: "transport-cc"}, {Type: "nack"}}
	video := []webrtc.RTCPFeedback{
		{Type: "transport-cc"}, {Type: "ccm", Parameter: "fir"}, {Type: "nack"}, {Type: "nack", Parameter: "pli"},
	}
	if err := m.RegisterCodec(webrtc.RTPCodecParameters{
		RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2,
			SDPFmtpLine: "minptime=10;useinbandfec=1", RTCPFeedback: audio,
		},
		PayloadType: 111,
	}, webrtc.RTPCodecTypeAudio); err != nil {
		return nil, fmt.Errorf("register opus: %w", err)
	}
	const h264 = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id="
	for i, c := range []struct{ mime, fmtp string }{
		{webrtc.MimeTypeVP8, ""},
		{webrtc.MimeTypeVP9, "profile-id=0"},
		{webrtc.MimeTypeVP9, "profile-id=2"},
		{webrtc.MimeTypeH264, h264 + "42e01f"},
		{webrtc.MimeTypeH264, h264 + "42001f"},
		{webrtc.MimeTypeH264, h264 + "4d001f"},
		{webrtc.MimeTypeH264, h264 + "64001f"},
		{webrtc.MimeTypeH264, h264 + "640c1f"},
		{webrtc.MimeTypeAV1, "level-idx=5;profile=0;tier=0"},
	} {
		pt := webrtc.PayloadType(96 + 2*i)
		if c.mime == webrtc.MimeTypeAV1 {
			c.fmtp = ""
		}
		if err := m.RegisterCodec(webrtc.RTPCodecParameters{
			RTPCodecCapability: webrtc.RTPCodecCapability{
				MimeType: c.mime, ClockRate: 90000, SDPFmtpLine: c.fmtp, RTCPFeedback: video,
			},
			PayloadType: pt,
		}, webrtc.RTPCodecTypeVideo); err != nil {
			return nil, fmt.Errorf("register %s: %w", c.mime, err)
		}
		if err := m.RegisterCodec(webrtc.RTPCodecParameters{
			RTPCodecCapability: webrtc.RTPCodecCapability{
				MimeType: webrtc.MimeTypeRTX, ClockRate: 90000, SDPFmtpLine: fmt.Sprintf("apt=%d", pt),
			},
			PayloadType: pt + 1,
		}, webrtc.RTPCodecTypeVideo); err != nil {
			return nil, fmt.Errorf("register RTX of %s: %w", c.mime, err)
		}
	}
	for _, e := range []struct {
		uri  string
		kind webrtc.RTPCodecType
	}{
		{extMid, webrtc.RTPCodecTypeAudio}, {extMid, webrtc.RTPCodecTypeVideo},
		{extTransport, webrtc.RTPCodecTypeAudio}, {extTransport, webrtc.RTPCodecTypeVideo},
		{extAudioLevel, webrtc.RTPCodecTypeAudio},
		{extRotation, webrtc.RTPCodecTypeVideo}, {extDependency, webrtc.RTPCodecTypeVideo},
	} {
		if err := m.RegisterHeaderExtension(webrtc.RTPHeaderExtensionCapability{URI: e.uri}, e.kind); err != nil {
			return nil, fmt.Errorf("register header extension %s: %w", e.uri, err)
		}
	}
	return m, nil
}

// newSettings is what all connections of a node share.
func newSettings(cfg Config, s *sockets, logs *pionLogs) (webrtc.SettingEngine, error) {
	e := webrtc.SettingEngine{LoggerFactory: logs}
	e.SetICEUDPMux(s.udp)
	types := []webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6}
	if s.tcp != nil {
		e.SetICETCPMux(s.tcp)
		types = append(types, webrtc.NetworkTypeTCP4, webrtc.NetworkTypeTCP6)
	}
	e.SetNetworkTypes(types)
	e.SetIPFilter(s.holds)
	e.SetIncludeLoopbackCandidate(s.loopback)
	e.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	e.DisableActiveTCP(true) // a client must not be able to make us open connections
	e.SetICETimeouts(5*time.Second, max(cfg.Grace, 6*time.Second), 2*time.Second)
	if len(cfg.PublicIPs) > 0 {
		if err := e.SetICEAddressRewriteRules(webrtc.ICEAddressRewriteRule{
			External: cfg.PublicIPs, AsCandidateType: webrtc.ICECandidateTypeHost, Mode: webrtc.ICEAddressRewriteReplace,
		}); err != nil {
			return e, fmt.Errorf("PublicIPs: %w", err)
		}
	}
	// AES-GCM costs a fifth of AES-CM with HMAC-SHA1. As the DTLS server we choose, so ours is the order that counts.
	if err := e.SetAnsweringDTLSRole(webrtc.DTLSRoleServer); err != nil {
		return e, err
	}
	e.SetSRTPProtectionProfiles(
		dtls.SRTP_AEAD_AES_128_GCM, dtls.SRTP_AEAD_AES_256_GCM, dtls.SRTP_AES128_CM_HMAC_SHA1_80,
	)
	e.SetDTLSRetransmissionInterval(100 * time.Millisecond)
	e.SetSRTPReplayProtectionWindow(512) // browsers probe with packets a few hundred old
	e.SetSRTCPReplayProtectionWindow(64)
	e.SetSCTPMaxReceiveBufferSize(256 << 10)
	e.SetFireOnTrackBeforeFirstRTP(true) // packets are read below the tracks; nothing shall wait there
	return e, nil
}

// newCertificate makes the one certificate of a node: a key pair for each connection would be a large part of its cost.
func newCertificate() (webrtc.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return webrtc.Certificate{}, fmt.Errorf("make DTLS key: %w", err)
	}
	cert, err := webrtc.GenerateCertificate(key)
	if err != nil {
		return webrtc.Certificate{}, fmt.Errorf("make DTLS certificate: %w", err)
	}
	return *cert, nil
}

// noInterceptors is the empty registry: NACK, reports and feedback are our own.
func noInterceptors() *interceptor.Registry { return &interceptor.Registry{} }
