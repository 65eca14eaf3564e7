package protocol

// enum is a string of which only listed values are accepted from a client.
type enum interface{ values() []string }

func (Purpose) values() []string {
	return texts(PurposeVoice, PurposeFace, PurposeDocument, PurposeScreen, PurposeStethoscope)
}

func (Away) values() []string {
	return texts(AwayReload, AwayNetwork, AwayServer)
}

func (PauseReason) values() []string {
	return texts(PausePrivacy, PauseLookup, PauseAway, PauseVisitor, PauseOther)
}

func (Found) values() []string { return texts(FoundOK, FoundNothing, FoundMissing) }

func (MediaPath) values() []string { return texts(PathUDP, PathTCP, PathRelay) }

func (Candidacy) values() []string {
	return texts(CandidateHost, CandidateSrflx, CandidatePrflx, CandidateRelay)
}

func (Device) values() []string {
	return texts(DeviceOK, DeviceQuiet, DeviceMuted, DeviceEnded, DeviceDenied, DeviceBusy, DeviceMissing, DeviceFailed)
}

func (Arrives) values() []string { return texts(ArrivesOK, ArrivesNothing, ArrivesStuck) }

func (Output) values() []string { return texts(OutputOK, OutputMuted, OutputBlocked) }

func (RemoteWhat) values() []string { return texts(RemoteReload, RemoteVolume) }

func texts[T ~string](list ...T) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = string(v)
	}
	return out
}
