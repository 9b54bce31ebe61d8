{{ config(materialized='table') }}
{% set g = graenser() %}
{#- What so many pairs of neighbours that change places take from a rank correlation of n. -#}
{% set naboer %}
{{ graense(g, 'f8_nabopar') }} * 12.0 / nullif(dom.kommuner * (dom.kommuner * dom.kommuner - 1), 0)
{%- endset %}
-- F8: the kommuner keep their order from month to month. The limit is the lowest rank
-- correlation of the series' own 24 months before, less a margin by size. Of few kommuner a pair of
-- neighbours weighs much, so the margin always has room for some.
-- F16.kopi: (nearly) every kommune has exactly the value of the month before.
-- F16.delvis: many more kommuner than usual have.
-- F6.landet: the kommuner together move as they never did, which the other rules take for the
-- country's movement and forgive.

with par as (
    select * from {{ ref('int_kontrol__par') }}
),

serier as (
    select * from {{ ref('int_kontrol__serier') }}
),

historik as (
    select
        dom.scenarie,
        dom.serie_id,
        dom.periode_nr,
        min(foer.rho) as laveste_rho,
        median(foer.andel_ens) as saedvanlig_ens,
        count(foer.rho) as maaneder,
        max(abs(ln(foer.bevaegelse))) as stoerste_bevaegelse,
        median(foer.kommuner) as saedvanlige_kommuner
    from {{ par_og_maanederne_foer() }}
),

med_graense as (
    select
        dom.scenarie,
        serier.kilde,
        serier.tabel_id,
        dom.serie_id,
        dom.periode_nr,
        dom.kommuner,
        dom.rho,
        dom.andel_ens,
        dom.bevaegelse,
        dom.serie_median,
        dom.er_tal,
        historik.maaneder,
        historik.saedvanlige_kommuner,
        historik.maaneder >= {{ graense(g, 'f6_historik_mindst') }} as har_historik,
        case
            when not dom.er_tal and historik.laveste_rho >= {{ graense(g, 'f8_pct_mindst') }}
                then
                    historik.laveste_rho
                    - greatest({{ graense(g, 'f8_margin_pct') }}, {{ naboer }})
            when not dom.er_tal or dom.serie_median < {{ graense(g, 'f6_median_mindst') }} then null
            {% for stoerrelse, mindst in [
                ('stor', graense(g, 'f8_stor')), ('mellem', graense(g, 'f8_mellem')), ('lille', 0)
            ] %}
            when dom.serie_median >= {{ mindst }}
                then case
                    when historik.maaneder >= {{ graense(g, 'f6_historik_mindst') }}
                        then
                            historik.laveste_rho
                            - greatest({{ graense(g, 'f8_margin_' ~ stoerrelse) }}, {{ naboer }})
                    else least({{ graense(g, 'f8_start_' ~ stoerrelse) }}, 1 - {{ naboer }})
                end
            {% endfor %}
        end as rho_graense,
        historik.stoerste_bevaegelse,
        greatest(
            {{ graense(g, 'f6_landet_gange') }} * historik.stoerste_bevaegelse,
            ln(1 + {{ graense(g, 'f6_landet_mindst') }})
        ) as bevaegelse_graense,
        historik.saedvanlig_ens,
        greatest(
            {{ graense(g, 'f16_gange') }} * historik.saedvanlig_ens,
            historik.saedvanlig_ens + {{ graense(g, 'f16_tillaeg') }}
        ) as ens_graense
    from par as dom
    inner join historik
        on
            dom.scenarie = historik.scenarie
            and dom.serie_id = historik.serie_id
            and dom.periode_nr = historik.periode_nr
    inner join serier
        on dom.serie_id = serier.serie_id
    where dom.er_dom
),

samlet as (
    select
        *,
        'F8' as regel_id,
        rho_graense is not null and rho is not null
        and kommuner >= {{ kommuner_mindst(g, 'er_tal') }}
        -- The order of a few is not that of all.
        and kommuner >= {{ graense(g, 'historik_daekning_mindst') }}
        * coalesce(saedvanlige_kommuner, 0) as kan_doemmes,
        rho as maalt,
        1 - rho as afvigelse,
        1 - rho_graense as graense,
        concat(
            'Kommunernes rækkefølge er brudt: rangkorrelationen med måneden før er ',
            {{ dansk_tal('rho', 4) }}, ', og grænsen er ', {{ dansk_tal('rho_graense', 4) }}, '.'
        ) as tekst
    from med_graense
    {% for regel, loft, tilstand in [
        ('F16.kopi', graense(g, 'f16_kopi'), 'saedvanlig_ens <= ' ~ graense(g, 'f16_saedvanlig_hoejst')),
        ('F16.delvis', 'ens_graense', 'ens_graense < 1')
    ] %}
    union all by name
    select
        *,
        '{{ regel }}' as regel_id,
        har_historik and {{ tilstand }}
        and kommuner >= {{ kommuner_mindst(g, 'er_tal') }} as kan_doemmes,
        andel_ens as maalt,
        andel_ens as afvigelse,
        {{ loft }} as graense,
        concat(
            {{ dansk_tal('100 * andel_ens') }},
            ' pct. af kommunerne har nøjagtig samme tal som måneden før; det sædvanlige er ',
            {{ dansk_tal('100 * saedvanlig_ens') }}, ' pct. Ligner en kopi.'
        ) as tekst
    from med_graense
    {% endfor %}
    union all by name
    select
        *,
        'F6.landet' as regel_id,
        har_historik and kommuner >= {{ graense(g, 'f16_kommuner_mindst') }} as kan_doemmes,
        bevaegelse as maalt,
        abs(ln(bevaegelse)) as afvigelse,
        bevaegelse_graense as graense,
        concat(
            'Kommunerne er tilsammen på ', {{ dansk_tal('100 * bevaegelse') }},
            ' pct. af måneden før; i månederne før flyttede de sig højst ',
            {{ dansk_tal('100 * (exp(stoerste_bevaegelse) - 1)', 1) }},
            ' pct. Kan være en anden opgørelse under samme navn.'
        ) as tekst
    from med_graense
    where bevaegelse is not null
),

doemte as (
    select
        *,
        coalesce(kan_doemmes and afvigelse > graense, false) as er_fund
    from samlet
),

final as (
    select
        scenarie,
        kilde,
        tabel_id,
        case when er_fund then serie_id end as serie_id,
        periode_nr,
        cast(null as integer) as omraade_nr,
        regel_id,
        er_fund,
        count(*) filter (where kan_doemmes) as testet,
        count(*) filter (where not kan_doemmes) as uden_styrke,
        any_value(maalt) filter (where er_fund) as vaerdi,
        cast(null as double) as forventet,
        max(afvigelse) filter (where kan_doemmes) as score,
        -- The series nearest to its limit.
        arg_max(graense, afvigelse - graense) filter (where kan_doemmes) as graense,
        case when er_fund then tekst end as besked
    from doemte
    group by all
)

select * from final
