"""Pictures: layouts of graphs, shapes that become SVG or PNG, and plots of numbers."""
