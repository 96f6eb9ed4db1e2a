namespace ZarrFs.Core.Chunks;

/// <summary>What previews have come to.</summary>
/// <param name="Provisional">Chunks whose preview was given out and whose exact bytes have not come since.</param>
/// <param name="Sharpened">Those of them whose exact bytes were made when nobody waited, so far.</param>
public readonly record struct PreviewCounts(int Provisional, long Sharpened);
