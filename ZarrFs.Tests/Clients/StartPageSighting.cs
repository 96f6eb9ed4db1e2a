namespace ZarrFs.Tests.Clients;

/// <summary>What the start page was in a browser, as <c>neuroglancer/page.mjs</c> tells it.</summary>
internal sealed record StartPageSighting(
    string Name, string Language, string Title, int FirstHeadings, int Mains, int[] Headings, int ImagesWithoutAlt, string[] Nameless, string[] DoubleIds,
    double LeastContrast, string Ground, int Overflow, int CopyButtons, int Lines, StartPageSighting.Link[] Open, StartPageSighting.Picture[] Pictures,
    StartPageSighting.Way? Tab, string[]? Told, string? Ended, string[] Troubles, string[] Asked)
{
    /// <summary>A link, its text, and its height in pixels.</summary>
    internal sealed record Link(string Text, string Href, double Height);

    /// <summary>Pixels of a picture, those it takes on the page, and how different its pixels are.</summary>
    internal sealed record Picture(int Width, int Height, int Shown, double Variance, string Alt);

    /// <summary>Presses of Tab to the first big button, and what is drawn around it then.</summary>
    internal sealed record Way(int Presses, string Outline);
}
