namespace ZarrFs.Host.Http;

/// <summary>Something to type, or to paste, in order to open a volume in another program.</summary>
/// <param name="Id">A word for it that programs know: <c>napari</c>.</param>
/// <param name="Program">What it is for.</param>
/// <param name="Line">What to type.</param>
/// <param name="Note">What to know besides, or null.</param>
internal sealed record ClientLine(string Id, string Program, string Line, string? Note = null);
