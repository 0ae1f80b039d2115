package resendsim

func (s *Server) pageRoutes() {}
