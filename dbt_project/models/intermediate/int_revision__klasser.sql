{% set g = graenser() %}
-- The steps of a release by age and size; a step beyond the start value is an error that was
-- corrected and no measure of what is usual.

with celler as (
    select * from {{ ref('int_revision__celler') }}
    where
        er_ny_maaned
        and foer_vaerdi is not null and efter_vaerdi is not null
),

startvaerdier as (
    select * from {{ ref('int_revision__start') }}
),

final as (
    select
        celler.kilde,
        celler.tabel_id,
        celler.maaling_navn,
        celler.frigivelse,
        celler.alder_fra,
        celler.stoerrelse,
        celler.omraade_kode,
        count(*) as antal,
        sum(celler.foer_vaerdi) as foer_sum,
        sum(celler.aendring) as aendring_sum,
        coalesce(
            list(cast(abs(100 * celler.aendring / celler.foer_vaerdi) as double)) filter (
                where celler.aendring <> 0 and celler.foer_vaerdi <> 0
            ),
            []
        ) as aendringer_pct
    from celler
    inner join startvaerdier
        on
            celler.kilde = startvaerdier.kilde
            and celler.tabel_id = startvaerdier.tabel_id
            and celler.maaling_navn = startvaerdier.maaling_navn
            and celler.frigivelse = startvaerdier.frigivelse
            and celler.alder_fra = startvaerdier.alder_fra
            and celler.stoerrelse = startvaerdier.stoerrelse
    where
        abs(celler.aendring) <= {{ revisionsgraense(
            'celler.foer_vaerdi', 'startvaerdier.p99_pct', 'startvaerdier.mindst',
            graense(g, 'revision_faktor')
        ) }}
    group by all
)

select * from final
