#!/usr/bin/python3
"""Sends a test picture and a tone to a WHIP address with GStreamer's webrtcbin, as a document camera or an encoder would.

    gstreamer-whip.py URL [vp8|h264]        the token comes in the environment variable WHIP_TOKEN

Prints a line a change: "answered", then webrtcbin's connection states. SIGTERM ends the session by DELETE.
"""
import os
import signal
import sys
import urllib.request

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstWebRTC", "1.0")
gi.require_version("GstSdp", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402

ENCODERS = {
    "vp8": "vp8enc deadline=1 keyframe-max-dist=60 target-bitrate=600000 ! rtpvp8pay pt=96 picture-id-mode=15-bit"
    " ! application/x-rtp,media=video,encoding-name=VP8,payload=96",
    "h264": "openh264enc bitrate=600000 gop-size=60 ! video/x-h264,profile=constrained-baseline"
    " ! h264parse ! rtph264pay pt=97 config-interval=-1 aggregate-mode=zero-latency"
    " ! application/x-rtp,media=video,encoding-name=H264,payload=97",
}


def pipeline(codec):
    return Gst.parse_launch(
        "webrtcbin name=peer bundle-policy=max-bundle"
        " videotestsrc is-live=true pattern=ball background-color=0xff406080"
        " ! video/x-raw,format=I420,width=640,height=360,framerate=15/1"
        f" ! queue ! {ENCODERS[codec]} ! peer."
        " audiotestsrc is-live=true freq=440 volume=0.4 ! audioconvert ! audioresample ! queue ! opusenc"
        " ! rtpopuspay pt=111 ! application/x-rtp,media=audio,encoding-name=OPUS,payload=111 ! peer."
    )


class Session:
    """One WHIP session, from the offer to DELETE."""

    def __init__(self, url, token, codec):
        self.url, self.token, self.resource = url, token, None
        self.loop = GLib.MainLoop()
        self.pipe = pipeline(codec)
        self.peer = self.pipe.get_by_name("peer")
        self.kept = []  # promises and replies: what is let go too early is freed under webrtcbin
        self.peer.connect("on-negotiation-needed", self.offer)
        self.peer.connect("notify::ice-gathering-state", self.gathered)
        self.peer.connect("notify::connection-state", self.changed)
        bus = self.pipe.get_bus()
        bus.add_signal_watch()
        bus.connect("message::error", self.failed)

    def failed(self, _bus, message):
        print("error", message.parse_error(), flush=True)
        self.loop.quit()

    def promise(self, then):
        self.kept.append(Gst.Promise.new_with_change_func(then))
        return self.kept[-1]

    def offer(self, _peer):
        for i in range(2):
            transceiver = self.peer.emit("get-transceiver", i)
            transceiver.set_property("direction", GstWebRTC.WebRTCRTPTransceiverDirection.SENDONLY)
        self.peer.emit("create-offer", None, self.promise(self.offered))

    def offered(self, promise):
        self.kept.append(promise.get_reply())
        self.peer.emit("set-local-description", self.kept[-1].get_value("offer"), self.promise(lambda _: None))

    def gathered(self, peer, _property):
        if peer.get_property("ice-gathering-state") == GstWebRTC.WebRTCICEGatheringState.COMPLETE:
            GLib.idle_add(self.post)

    def request(self, method, url, body=None):
        headers = {"Authorization": f"Bearer {self.token}"}
        if body is not None:
            headers["Content-Type"] = "application/sdp"
        return urllib.request.urlopen(urllib.request.Request(url, body, headers, method=method), timeout=10)

    def post(self):
        offer = self.peer.get_property("local-description").sdp.as_text()
        try:
            with self.request("POST", self.url, offer.encode()) as reply:
                self.resource = urllib.request.urljoin(self.url, reply.headers["Location"])
                text = reply.read()
        except urllib.error.HTTPError as error:
            print("refused", error.code, error.read().decode(), flush=True)
            self.loop.quit()
            return
        _, sdp = GstSdp.SDPMessage.new_from_text(text.decode())
        answer = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, sdp)
        self.peer.emit("set-remote-description", answer, self.promise(lambda _: None))
        print("answered", flush=True)

    def changed(self, peer, _property):
        print(peer.get_property("connection-state").value_nick, flush=True)

    def run(self):
        GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGTERM, self.loop.quit)
        self.pipe.set_state(Gst.State.PLAYING)
        self.loop.run()
        if self.resource:
            self.request("DELETE", self.resource).close()
        self.pipe.set_state(Gst.State.NULL)


if __name__ == "__main__":
    Gst.init(None)
    codec = sys.argv[2] if len(sys.argv) > 2 else "vp8"
    Session(sys.argv[1], os.environ["WHIP_TOKEN"], codec).run()
