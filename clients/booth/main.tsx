import "../ui/theme.css";
